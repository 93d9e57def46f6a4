// What a pane shows when it has nothing to show yet: empty, still loading, failed. Every empty list has one sentence
// and one action; every failure says what happened, what was not done, and what to do next.
import type { ReactNode } from "react";
import { useWayOut } from "@/app/feedback/ways-out";
import { useLate } from "@/app/host";
import { ERRORS, WAY_OUT_LABEL } from "@/app/words";
import { asFailure } from "@/lib/failure";
import { Button } from "./Button";
import styles from "./States.module.css";

export function EmptyState({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.state}>
      <h3>{title}</h3>
      {children ? <p>{children}</p> : null}
      {action ? <div className={styles.acts}>{action}</div> : null}
    </div>
  );
}

/** A failure in a pane or above a form. `onRetry` repeats what failed. */
export function FailureNote({ problem, onRetry }: { problem: unknown; onRetry?: (() => void) | undefined }) {
  const failure = asFailure(problem);
  const words = ERRORS[failure.code];
  const wayOut = useWayOut(words.wayOut, onRetry);
  return (
    <div className={words.alarming ? styles.card : `${styles.card} ${styles.calm}`} role="alert">
      <div>
        <b>{words.title}.</b> {failure.message} {failure.hint ?? words.hint}
        {failure.fields?.length ? (
          <ul>
            {failure.fields.map((entry) => (
              <li key={entry.field}>
                <span className="mono">{entry.field}</span>: {entry.problem}
              </li>
            ))}
          </ul>
        ) : null}
      </div>
      {wayOut && words.wayOut !== "none" ? <Button onClick={wayOut}>{WAY_OUT_LABEL[words.wayOut]}</Button> : null}
    </div>
  );
}

/** Nothing for a tenth of a second, then grey bars: no spinner for what is on this disk. */
export function Waiting({ lines = 4, label = "Loading" }: { lines?: number; label?: string }) {
  const late = useLate(true);
  if (!late) return null;
  return (
    <div className={styles.bars} role="status" aria-label={label}>
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all the same
        <i key={at} style={{ width: `${[92, 68, 80, 55][at % 4]}%` }} />
      ))}
    </div>
  );
}
