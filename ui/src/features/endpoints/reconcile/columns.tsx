// The columns of a reconciled log.
import { VERDICTS } from "@/app/words";
import { Badge } from "@/components/Badge";
import { Time } from "@/components/Time";
import type { ReconciledEntry } from "@/generated/api";
import { duration } from "@/lib/format";
import { isInstant } from "../instant";
import { type GridColumn, Stack } from "../RowGrid";
import styles from "./Reconcile.module.css";
import { answered, MATCHED, STATES, theirWords } from "./reconcile";

export const COLUMNS: GridColumn<ReconciledEntry>[] = [
  {
    id: "state",
    head: "State",
    track: "88px",
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
    track: "66px",
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
    track: "82px",
    from: 430,
    cell: (one) => {
      const words = theirWords(one);
      const { next_retry_at: again, latency_ms: took } = one.entry;
      return (
        <Stack>
          <span title={words.title}>{words.word}</span>
          <span className="muted">
            {isInstant(again) && one.state !== "accepted" ? (
              <Time at={again} form="ago" />
            ) : took === null || took === 0 ? (
              ""
            ) : (
              <span title="How long the answer took, as the provider saw it">{duration(Math.round(took * 1000))}</span>
            )}
          </span>
        </Stack>
      );
    },
  },
  {
    id: "here",
    head: "Answered here",
    track: "100px",
    cell: (one) => {
      if (one.entry.delivery === null) return <span className="muted">–</span>;
      const verdict = one.verdict === null ? null : VERDICTS[one.verdict];
      return (
        <Stack>
          {one.status === null ? (
            <span title="The delivery stands under another inbox here.">elsewhere</span>
          ) : (
            <span>
              <span title={one.status === 0 ? "It was fetched: nobody was answered." : undefined}>{answered(one)}</span>{" "}
              {verdict ? (
                <span className={styles.sign} data-tone={verdict.tone} title={verdict.word}>
                  <span aria-hidden="true">{verdict.sign}</span>
                  <span className="sr">{verdict.word}</span>
                </span>
              ) : null}
            </span>
          )}
          {one.matched_by === null ? null : (
            <span className="muted" title={MATCHED[one.matched_by].about}>
              by {MATCHED[one.matched_by].word}
            </span>
          )}
        </Stack>
      );
    },
  },
];
