// The newest delivery of an inbox, as it arrives: beside the form, so that what was just changed can be tried at once.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEvents } from "@/app/events";
import { queryKey, useAnswer } from "@/app/host";
import { UNANSWERED, VERDICTS, verdictSentence } from "@/app/words";
import { Badge } from "@/components/Badge";
import { CopyButton } from "@/components/Copy";
import { KeyValues } from "@/components/KeyValues";
import { FailureNote } from "@/components/States";
import { Bytes, Time } from "@/components/Time";
import { Line, pageStyles as styles } from "@/features/endpoints/Page";
import { duration, lowered } from "@/lib/format";
import { plain } from "@/lib/plain";
import { curlLine } from "./form";

export function LastRequest({ name, base }: { name: string; base: string | null }) {
  const client = useQueryClient();
  const request = { query: `inbox:${name}`, limit: 1, after: null };
  const last = useAnswer("deliveries.list", request, { keep: true });
  useEvents((event) => {
    if (event.event === "missed") return;
    if (event.event === "arrived" && event.rows.some((row) => row.inbox === name))
      void client.invalidateQueries({ queryKey: queryKey("deliveries.list", request) });
  });
  const delivery = last.data?.deliveries.find((one) => one.inbox === name);
  const curl = base === null ? null : curlLine(base, name);
  return (
    <section className={styles.section} aria-label="Last request">
      <h3>
        Last request
        {delivery ? (
          <span className={styles.end}>
            <Link to="/" search={{ q: `inbox:${name}`, id: delivery.id }}>
              Open it
            </Link>
          </span>
        ) : null}
      </h3>
      {last.error ? <FailureNote problem={last.error} /> : null}
      {delivery ? (
        <div className={styles.card} aria-live="polite" aria-atomic="false">
          <KeyValues
            entries={[
              ["Received", <Time key="at" at={delivery.received_at} form="precise" />],
              [
                "Signature",
                <span key="verdict">
                  <Badge tone={VERDICTS[delivery.verdict].tone}>
                    {VERDICTS[delivery.verdict].sign} {VERDICTS[delivery.verdict].word}
                  </Badge>{" "}
                  <span className="muted">
                    {delivery.verdict === "valid" && delivery.secret
                      ? `with ${delivery.secret}`
                      : verdictSentence(delivery)}
                  </span>
                </span>,
              ],
              ["Event", plain(delivery.event_type ?? `${delivery.method} ${delivery.path}`)],
              [
                "Answered",
                <span key="status" className={delivery.status >= 400 ? styles.bad : undefined}>
                  {delivery.status === 0
                    ? lowered(UNANSWERED[delivery.origin].sentence)
                    : `${delivery.status} in ${duration(delivery.duration_us)}`}
                </span>,
              ],
              ["Body", <Bytes key="size" size={delivery.body_size} />],
              delivery.peer
                ? [
                    "From",
                    <span key="peer" className="mono">
                      {delivery.peer}
                    </span>,
                  ]
                : null,
            ]}
          />
        </div>
      ) : last.data ? (
        <p className="muted">Nothing has arrived here yet. The next request stands here the moment it comes.</p>
      ) : null}
      {curl ? (
        <>
          <span className="muted">Make one from a shell:</span>
          <Line end={<CopyButton text={curl} label="Copy the curl line" />}>{curl}</Line>
        </>
      ) : (
        <p className="muted">Waybill is not listening, so nothing can arrive.</p>
      )}
    </section>
  );
}
