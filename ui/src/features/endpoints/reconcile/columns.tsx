// The columns of a reconciled log.
import { VERDICTS } from "@/app/words";
import { Badge } from "@/components/Badge";
import { Time } from "@/components/Time";
import type { ReconciledEntry } from "@/generated/api";
import { isInstant } from "../instant";
import { type GridColumn, Stack } from "../RowGrid";
import styles from "./Reconcile.module.css";
import { answered, MATCHED, STATES, theirWords } from "./reconcile";

export const COLUMNS: GridColumn<ReconciledEntry>[] = [
  {
    id: "state",
    head: "State",
    track: "92px",
    cell: (one) => {
      const state = STATES[one.state];
      return (
        <Badge tone={state.tone} title={state.about}>
          <span aria-hidden="true">{state.sign}</span> {state.word}
        </Badge>
      );
    },
  },
  {
    id: "sent",
    head: "Sent",
    track: "76px",
    from: 330,
    cell: ({ entry }) => (
      <span className="mono">
        {entry.sent_at === null ? (
          "–"
        ) : isInstant(entry.sent_at) ? (
          <Time at={entry.sent_at} form="list" />
        ) : (
          <span title="In the provider's own words">{entry.sent_at}</span>
        )}
      </span>
    ),
  },
  {
    id: "event",
    head: "Event",
    track: "minmax(0, 1fr)",
    cell: (one) => (
      <Stack>
        <b title={one.entry.event_type ?? undefined}>{one.entry.event_type ?? "–"}</b>
        <span className="muted" title={`${one.entry.id}${one.matched_by ? `\n${MATCHED[one.matched_by].about}` : ""}`}>
          <span className="mono">{one.entry.id}</span>
          {one.later ? " · came again later" : ""}
        </span>
      </Stack>
    ),
  },
  {
    id: "theirs",
    head: "Provider says",
    track: "88px",
    from: 430,
    cell: (one) => {
      const words = theirWords(one);
      return <span title={words.title}>{words.word}</span>;
    },
  },
  {
    id: "answer",
    head: "Answer here",
    track: "78px",
    cell: (one) => {
      if (one.status === null) return <span className="muted">–</span>;
      const verdict = one.verdict === null ? null : VERDICTS[one.verdict];
      return (
        <span className={styles.answer}>
          <span title={one.status === 0 ? "It was fetched: nobody was answered." : undefined}>{answered(one)}</span>
          {verdict ? (
            <span className={styles.sign} data-tone={verdict.tone} title={verdict.word}>
              <span aria-hidden="true">{verdict.sign}</span>
              <span className="sr">{verdict.word}</span>
            </span>
          ) : null}
        </span>
      );
    },
  },
  {
    id: "matched",
    head: "Matched by",
    track: "84px",
    from: 520,
    cell: (one) =>
      one.matched_by === null ? (
        <span className="muted">–</span>
      ) : (
        <span title={MATCHED[one.matched_by].about}>{MATCHED[one.matched_by].word}</span>
      ),
  },
];
