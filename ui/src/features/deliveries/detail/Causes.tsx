// Why a signature fails: the causes by rank, each with what shows it and the one thing that mends it.
import { type ReactNode, useState } from "react";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { ChevronRight } from "@/components/icons";
import type { Confidence, Diagnosis, MendAction } from "@/generated/api";
import { count } from "@/lib/format";
import { plain } from "@/lib/plain";
import { hasEvidence } from "./differences";
import { Evidence } from "./Evidence";
import styles from "./Signature.module.css";

const CONFIDENCE: Record<Confidence, { word: string; tone: "ok" | "info" | "none"; about: string }> = {
  certain: { word: "Certain", tone: "ok", about: "It was tried, and the signature matches." },
  likely: { word: "Likely", tone: "info", about: "Much speaks for it, but it can't be proved here." },
  possible: { word: "Possible", tone: "none", about: "It may be; nothing speaks against it." },
};

export function ConfidenceBadge({ confidence }: { confidence: Confidence }) {
  const words = CONFIDENCE[confidence];
  return (
    <Badge tone={words.tone} title={words.about}>
      {words.word}
    </Badge>
  );
}

interface CausesProps {
  delivery: string;
  causes: readonly Diagnosis[];
  /** How many other failed deliveries of the inbox a mend covers; 0: not said. */
  others: number;
  /** The action that is being carried out. */
  busy: MendAction | null;
  onMend: (action: MendAction) => void;
}

/** What is said under the mend: what pressing the button covers. */
export function coverWords(action: MendAction, others: number): string {
  if (action.kind === "sign_again" || action.kind === "add_secret") return "";
  if (others <= 0) return "Then this delivery is checked again.";
  return `Then this delivery and ${others === 1 ? "the other one" : `the ${count(others)} others`} that failed in this inbox are checked again.`;
}

function Mend({ cause, others, busy, onMend, primary }: CausesProps & { cause: Diagnosis; primary: boolean }) {
  const { action, mend } = cause;
  if (!action && !mend) return null;
  const cover = action ? coverWords(action, others) : "";
  return (
    <div className={styles.fix}>
      <div>
        <b>{plain(mend)}</b>
        {cover ? <div className="muted">{cover}</div> : null}
      </div>
      {action ? (
        <Button
          tone={primary ? "primary" : "plain"}
          busy={busy === action}
          disabled={busy !== null && busy !== action ? "Another mend is being carried out." : false}
          onClick={() => onMend(action)}
        >
          {action.label || mend}
        </Button>
      ) : null}
    </div>
  );
}

export function Causes(props: CausesProps) {
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set([0]));
  const toggle = (n: number) =>
    setOpen((before) => {
      const next = new Set(before);
      if (!next.delete(n)) next.add(n);
      return next;
    });
  return (
    <ol className={styles.causes} aria-label="What is wrong, the likeliest first">
      {props.causes.map((cause, n) => (
        <Cause
          // biome-ignore lint/suspicious/noArrayIndexKey: the rank is what opens and closes
          key={n}
          {...props}
          cause={cause}
          first={n === 0}
          open={open.has(n)}
          onToggle={() => toggle(n)}
        />
      ))}
    </ol>
  );
}

function Cause({
  cause,
  first,
  open,
  onToggle,
  ...rest
}: CausesProps & { cause: Diagnosis; first: boolean; open: boolean; onToggle: () => void }): ReactNode {
  return (
    <li className={styles.cause} data-first={first} data-open={open}>
      <h4>
        <button type="button" className={styles.causeHead} aria-expanded={open} onClick={onToggle}>
          <ChevronRight size={14} aria-hidden="true" className={styles.chevron} />
          <span>{plain(cause.explanation)}</span>
          <ConfidenceBadge confidence={cause.confidence} />
        </button>
      </h4>
      {open ? (
        <div className={styles.causeBody}>
          {hasEvidence(cause.evidence) ? <Evidence delivery={rest.delivery} evidence={cause.evidence} /> : null}
          <Mend {...rest} cause={cause} primary={first} />
        </div>
      ) : null}
    </li>
  );
}
