// How far back the log is looked at.
import { Button } from "@/components/Button";
import styles from "./Reconcile.module.css";
import { type Since, SPANS } from "./reconcile";

const SHORT: Record<Since, string> = { "1h": "1 h", "24h": "24 h", "7d": "7 d", all: "Everything" };

export function SpanPicker({ value, onChange }: { value: Since; onChange: (since: Since) => void }) {
  return (
    <fieldset className={styles.chips}>
      <legend className="sr">How far back</legend>
      {SPANS.map((span) => (
        <Button
          key={span.value}
          small
          label={span.label}
          aria-pressed={span.value === value}
          onClick={() => onChange(span.value)}
        >
          {SHORT[span.value]}
        </Button>
      ))}
    </fieldset>
  );
}
