// One delivery: what it is, what can be done with it, and its tabs.
import { useState } from "react";
import { toastFailure } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { ORIGINS, UNANSWERED, VERDICTS, verdictSentence } from "@/app/words";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { TextArea } from "@/components/Field";
import { Menu } from "@/components/Menu";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Tabs } from "@/components/Tabs";
import { Time } from "@/components/Time";
import type { Delivery } from "@/generated/api";
import { bytes, duration, lowered } from "@/lib/format";
import { plain } from "@/lib/plain";
import { quoteValue } from "../query-text";
import { Attempts } from "./Attempts";
import styles from "./Detail.module.css";
import { Headers } from "./Headers";
import { Payload } from "./Payload";
import { Raw } from "./Raw";
import { Signature } from "./Signature";

export const TABS = ["payload", "headers", "signature", "replays", "raw"] as const;
export type DetailTab = (typeof TABS)[number];

interface DetailProps {
  id: string;
  tab: DetailTab;
  onTab: (tab: DetailTab) => void;
  onFilter: (filter: string) => void;
  onExport: (format: "raw" | "har" | "jsonl", delivery: Delivery) => void;
  onCopy: (text: string, what: string) => void;
}

function Head({
  delivery,
  onFilter,
  onExport,
  onCopy,
}: Omit<DetailProps, "id" | "tab" | "onTab"> & { delivery: Delivery }) {
  const verdict = VERDICTS[delivery.verdict];
  const [noting, setNoting] = useState(false);
  const title = delivery.event_type ?? (`${delivery.method} ${delivery.path}`.trim() || "Refused request");
  const exports = (["raw", "har", "jsonl"] as const).map((format) => ({
    label: `Save as ${format === "raw" ? "raw HTTP" : format.toUpperCase()}`,
    run: () => onExport(format, delivery),
  }));
  return (
    <div className={styles.head}>
      <h1>
        <span>{plain(title)}</span>
        <Badge tone={verdict.tone} title={verdictSentence(delivery)}>
          <span aria-hidden="true">{verdict.sign}</span> {verdict.word}
        </Badge>
        {delivery.origin === "captured" ? null : <Badge tone="info">{ORIGINS[delivery.origin]}</Badge>}
        {delivery.handshake ? (
          <Badge tone="info" title={delivery.handshake}>
            Handshake
          </Badge>
        ) : null}
        {delivery.truncated ? <Badge tone="warn">Cut at the cap</Badge> : null}
        {delivery.starred ? <Badge tone="accent">Starred</Badge> : null}
      </h1>
      <div className={styles.meta}>
        <span>
          {delivery.method || "refused"}{" "}
          <b>
            {plain(delivery.path)}
            {plain(delivery.query ? `?${delivery.query}` : "")}
          </b>
        </span>
        <span>
          received{" "}
          <b>
            <Time at={delivery.received_at} form="precise" />
          </b>
        </span>
        {delivery.event_id ? (
          <span>
            event <b>{plain(delivery.event_id)}</b>
          </span>
        ) : null}
        {delivery.delivery_id ? (
          <span>
            delivery <b>{plain(delivery.delivery_id)}</b>
          </span>
        ) : null}
        {delivery.peer ? (
          <span>
            from <b>{delivery.peer.replace(/:\d+$/, "")}</b>
          </span>
        ) : null}
        <span>
          <b>{bytes(delivery.body_size)}</b>
        </span>
        {delivery.status === 0 ? (
          <span>{lowered(UNANSWERED[delivery.origin].sentence)}</span>
        ) : (
          <span>
            answered <b>{delivery.status}</b> in <b>{duration(delivery.duration_us)}</b>
          </span>
        )}
      </div>
      {delivery.handshake ? (
        <div className={styles.note} style={{ marginTop: 10 }} role="note">
          Handshake {plain(delivery.handshake)}
        </div>
      ) : null}
      {delivery.refused ? (
        <div className={styles.note} style={{ marginTop: 10 }} role="note">
          {delivery.refused}
        </div>
      ) : null}
      <div className={styles.acts}>
        <ActionButton id="replay" tone="primary" showKeys>
          Replay
        </ActionButton>
        <ActionButton id="replay-to">Replay to…</ActionButton>
        <ActionButton id="copy-curl">Copy as cURL</ActionButton>
        <ActionButton id="star" tone="ghost" />
        <ActionButton id="delete" tone="ghost">
          Delete
        </ActionButton>
        <Menu
          trigger={<Button tone="ghost">More</Button>}
          entries={[
            { label: "Copy the id", run: () => onCopy(delivery.id, "The id") },
            { label: delivery.note ? "Change the note" : "Add a note", run: () => setNoting(true) },
            "line",
            ...(delivery.event_type
              ? [
                  {
                    label: "Only this event type",
                    run: () => onFilter(`type:${quoteValue(delivery.event_type ?? "")}`),
                  },
                ]
              : []),
            ...(delivery.event_id
              ? [
                  {
                    label: "Every delivery of this event",
                    run: () => onFilter(`event:${quoteValue(delivery.event_id ?? "")}`),
                  },
                ]
              : []),
            { label: "Only this inbox", run: () => onFilter(`inbox:${delivery.inbox}`) },
            "line" as const,
            ...exports,
          ]}
        />
      </div>
      {noting || delivery.note ? (
        <NoteSlot key={`${delivery.id}${noting}`} delivery={delivery} edit={noting} onDone={() => setNoting(false)} />
      ) : null}
    </div>
  );
}

function NoteSlot({ delivery, edit, onDone }: { delivery: Delivery; edit: boolean; onDone: () => void }) {
  const [text, setText] = useState(delivery.note);
  const run = useRun("deliveries.note");
  if (!edit) {
    return (
      <div className={styles.note} style={{ marginTop: 10 }} role="note">
        {delivery.note}
      </div>
    );
  }
  return (
    <form
      style={{ marginTop: 10 }}
      onSubmit={(event) => {
        event.preventDefault();
        run.mutate({ id: delivery.id, note: text }, { onSuccess: onDone, onError: (problem) => toastFailure(problem) });
      }}
    >
      <TextArea label="Note" words value={text} maxLength={10_000} rows={2} onChange={setText} />
      <div className={styles.acts}>
        <Button type="submit" tone="primary" busy={run.isPending}>
          Keep the note
        </Button>
        <Button onClick={onDone}>Cancel</Button>
      </div>
    </form>
  );
}

export function Detail(props: DetailProps) {
  const { id, tab, onTab, onFilter } = props;
  const answer = useAnswer("deliveries.get", { id }, { keep: true });
  const delivery = answer.data;
  if (answer.error) {
    return answer.error.code === "not_found" ? (
      <EmptyState title="This delivery is not there any more">
        It was deleted, or its age limit was reached. {answer.error.message}
      </EmptyState>
    ) : (
      <div className={styles.body}>
        <FailureNote problem={answer.error} onRetry={() => answer.refetch()} />
      </div>
    );
  }
  if (delivery === undefined) return <Waiting lines={6} />;
  const tone = VERDICTS[delivery.verdict].tone;
  return (
    <article className={styles.detail} aria-label="Delivery" data-pane="detail">
      <Head {...props} delivery={delivery} />
      <Tabs
        label="Parts of the delivery"
        value={tab}
        onChange={onTab}
        tabs={[
          { id: "payload", label: "Payload", content: <Payload delivery={delivery} onFilter={onFilter} /> },
          { id: "headers", label: "Headers", count: delivery.headers.length, content: <Headers delivery={delivery} /> },
          {
            id: "signature",
            label: "Signature",
            dot: tone === "none" ? "none" : tone,
            content: <Signature delivery={delivery} />,
          },
          { id: "replays", label: "Replays", count: delivery.attempts, content: <Attempts delivery={delivery} /> },
          { id: "raw", label: "Raw", content: <Raw delivery={delivery} /> },
        ]}
      />
    </article>
  );
}
