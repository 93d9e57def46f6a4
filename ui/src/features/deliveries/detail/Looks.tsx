// What the delivery looks like: a proposal with what speaks for it, never more.
import { useAnswer } from "@/app/host";
import { Button } from "@/components/Button";
import type { MendAction } from "@/generated/api";
import { plain } from "@/lib/plain";
import { ConfidenceBadge } from "./Causes";
import styles from "./Signature.module.css";

export function Looks({
  delivery,
  current,
  named,
  busy,
  onMend,
}: {
  delivery: string;
  /** The scheme of the inbox. */
  current: string | null;
  /** Schemes that a cause names already. */
  named: readonly string[];
  busy: MendAction | null;
  onMend: (action: MendAction) => void;
}) {
  const found = useAnswer("schemes.detect", { delivery, request_base64: null }).data ?? [];
  if (found[0]?.scheme === current) return null;
  const proposals = found.filter((one) => one.scheme !== current && !named.includes(one.scheme)).slice(0, 2);
  if (proposals.length === 0) return null;
  return (
    <section className="card" aria-label="What it looks like">
      {proposals.map((one) => {
        const mine = busy?.kind === "use_scheme" && busy.scheme === one.scheme;
        return (
          <div key={one.scheme} className={styles.looks}>
            <div>
              <b>It looks like {plain(one.title)}</b> <ConfidenceBadge confidence={one.confidence} />
              <div className="muted">{plain(one.reason)}</div>
            </div>
            <Button
              busy={mine}
              disabled={busy !== null && !mine ? "Another mend is being carried out." : false}
              onClick={() => onMend({ kind: "use_scheme", scheme: one.scheme, label: "" })}
            >
              Check this inbox as {one.scheme}
            </Button>
          </div>
        );
      })}
    </section>
  );
}
