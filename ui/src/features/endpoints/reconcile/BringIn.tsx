// Asks once how the missing ones come in, shows how far it is, and tells in place what came of it.
import { useState } from "react";
import { Button } from "@/components/Button";
import { Choice } from "@/components/Field";
import { FailureNote } from "@/components/States";
import type { BringInBy, Reconciliation } from "@/generated/api";
import { count, counted, span } from "@/lib/format";
import { Ask } from "../Ask";
import { pageStyles, Strip } from "../Page";
import styles from "./Reconcile.module.css";
import { failedGroups, outcomeWords, waysOf } from "./reconcile";
import type { BringInRun } from "./useBringIn";

export function BringInAsk({
  found,
  entries,
  title,
  note,
  onYes,
  onNo,
}: {
  found: Reconciliation;
  entries: readonly string[];
  title: string;
  /** What the description says of sending again. */
  note: string;
  onYes: (by: BringInBy | undefined) => void;
  onNo: () => void;
}) {
  const { ways, words } = waysOf(found, title);
  // Both ways: the host takes the log where it holds the request whole, and else has it sent again.
  const [by, setBy] = useState<"best" | BringInBy>("best");
  const many = counted(entries.length, "missing delivery", "missing deliveries");
  const again = ways[0] === "redeliver" || (ways.length > 1 && by === "redeliver");
  return (
    <Ask
      title={`Bring in ${many}?`}
      yes={again ? `Have ${count(entries.length)} sent again` : `Bring in ${count(entries.length)}`}
      busy={false}
      onYes={() => onYes(ways.length > 1 ? (by === "best" ? undefined : by) : ways[0])}
      onNo={onNo}
    >
      {ways.length > 1 ? (
        <Choice
          legend="How they come in"
          value={by}
          options={[
            {
              value: "best",
              label: "Fetch from the log, send again what it does not hold",
              hint: words,
            },
            {
              value: "redeliver",
              label: `Have ${title} send them again`,
              hint: "They go once more to the endpoint's address; whoever handles them there gets them, and here they arrive like any delivery.",
            },
          ]}
          onChange={setBy}
        />
      ) : (
        <p>{words}</p>
      )}
      {again ? (
        <p>
          They go to <span className="mono">{found.url}</span>, whatever answers there. {note}
        </p>
      ) : null}
      {entries.length > 100 ? (
        <p className="muted">A hundred in each call; it can be stopped between two calls.</p>
      ) : null}
    </Ask>
  );
}

/** While it runs, and what came of it. */
export function BringInState({
  run,
  title,
  onCancel,
  onClose,
}: {
  run: BringInRun;
  title: string;
  onCancel: () => void;
  onClose: () => void;
}) {
  if (run.running) {
    const took = (Date.now() - run.began) / 1000;
    const left = run.done > 0 ? (took / run.done) * (run.total - run.done) : null;
    return (
      <div className={styles.progress} role="status">
        <div className={styles.bar}>
          <span>
            Bringing in {count(run.done)} of {count(run.total)}
            {left !== null && left >= 2 ? <span className="muted">, {span(left)} left</span> : null}
          </span>
          <span className={styles.end}>
            <Button
              small
              disabled={run.stopping ? "The call that is under way is waited for." : false}
              onClick={onCancel}
            >
              {run.stopping ? "Stopping…" : "Cancel"}
            </Button>
          </span>
        </div>
        <progress aria-label="Brought in" value={run.done} max={run.total} />
      </div>
    );
  }
  const parts = outcomeWords(run.came, title);
  const groups = failedGroups(run.came.failed);
  const bad = run.problem !== null || run.came.failed.length > 0;
  return (
    <>
      {run.problem ? <FailureNote problem={run.problem} /> : null}
      <Strip
        tone={bad ? "warn" : "ok"}
        action={
          <Button small onClick={onClose}>
            Dismiss
          </Button>
        }
      >
        <div role="status">
          <b>{run.stopped ? "Stopped. " : bad ? "Not all came in. " : "Done. "}</b>
          {parts.length > 0 ? `${parts.join(" · ")}.` : "Nothing came in."}
          {run.done < run.total ? ` ${count(run.total - run.done)} were not asked for.` : ""}
        </div>
        {groups.length > 0 ? (
          <ul className={styles.failed} tabIndex={0} aria-label="Why some could not be brought in">
            {groups.map((group) => (
              <li key={group.message}>
                {group.message} {group.hint}{" "}
                <span className="mono muted">
                  {group.entries.slice(0, 12).join(" ")}
                  {group.entries.length > 12 ? ` and ${count(group.entries.length - 12)} more` : ""}
                </span>
              </li>
            ))}
          </ul>
        ) : null}
      </Strip>
    </>
  );
}

/** Nothing brings them in from here: why, and what can be done instead. */
export function NoWay({ title, log, redeliver }: { title: string; log: string; redeliver: string }) {
  return (
    <div className={pageStyles.card}>
      <div className={pageStyles.pad}>
        <div>
          <b>These can't be brought in from here.</b> {title}'s log does not hold the requests, and {title} has no call
          to send one again.
        </div>
        <div className="muted">
          Look up at {title} what they were about, by type and time, or make the events happen again there. Where{" "}
          {title} tries a failed delivery again by itself, it arrives once the endpoint answers. {log}
          {/* What a description says of captured deliveries is no way out here: these were never captured. */}
          {/captured/.test(redeliver) ? "" : ` ${redeliver}`}
        </div>
      </div>
    </div>
  );
}
