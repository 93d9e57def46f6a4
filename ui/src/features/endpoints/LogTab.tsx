// What the provider says it sent, beside what arrived here.
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { useLate, useRun } from "@/app/host";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { type Column, Table } from "@/components/Table";
import { Time } from "@/components/Time";
import type { Endpoint, LogEntry, LogState, ProviderInfo } from "@/generated/api";
import { count, duration } from "@/lib/format";
import { Ask } from "./Ask";
import styles from "./LogTab.module.css";
import { answerWords, isInstant, LOG_LIMIT, logCounts, STATE_FILTERS, useLog } from "./log";
import { ability, shortTitle } from "./operations";
import { pageStyles } from "./Page";

function Instant({ at, form }: { at: string; form: "clock" | "ago" }) {
  return isInstant(at) ? <Time at={at} form={form} /> : <span title="In the provider's own words">{at}</span>;
}

export function LogTab({ endpoint, provider }: { endpoint: Endpoint; provider: ProviderInfo | undefined }) {
  const [state, setState] = useState<LogState | "all">("all");
  const [again, setAgain] = useState<LogEntry | null>(null);
  const redeliver = useRun("endpoints.redeliver");
  const able = ability(provider, "log");
  const resend = ability(provider, "redeliver");
  const log = useLog(endpoint.connection, endpoint.id, state === "all" ? null : state, able.possible);
  const slow = useLate(log.isFetching, 400);
  const title = shortTitle(provider, endpoint.provider);

  if (!able.possible) return <EmptyState title={`${title} shows no delivery log`}>{able.why}</EmptyState>;
  const entries = log.data ?? [];
  const figures = logCounts(entries);
  const columns: Column<LogEntry>[] = [
    {
      id: "sent",
      head: "Sent",
      cell: (entry) => (
        <span className="mono">{entry.sent_at === null ? "–" : <Instant at={entry.sent_at} form="clock" />}</span>
      ),
    },
    {
      id: "event",
      head: "Event",
      cell: (entry) => (
        <span className={styles.event} title={`${entry.event_type ?? ""}\n${entry.id}`}>
          <b>{entry.event_type ?? "–"}</b>
          <span className="mono muted">{entry.id}</span>
        </span>
      ),
    },
    {
      id: "answer",
      head: "Answer",
      cell: (entry) => {
        const words = answerWords(entry);
        return (
          <Badge tone={words.tone} title={words.title}>
            {words.word}
          </Badge>
        );
      },
    },
    {
      id: "latency",
      head: "Latency",
      cell: (entry) => (
        <span className="mono">{entry.latency_ms === null ? "–" : duration(Math.round(entry.latency_ms * 1000))}</span>
      ),
    },
    {
      id: "retry",
      head: "Next retry",
      cell: (entry) =>
        entry.next_retry_at === null ? (
          <span className="muted">none</span>
        ) : (
          <Instant at={entry.next_retry_at} form="ago" />
        ),
    },
    {
      id: "here",
      head: "Here",
      cell: (entry) =>
        entry.delivery === null ? (
          <Badge tone="warn" title="No delivery here has its id">
            missing
          </Badge>
        ) : (
          <Link to="/" search={{ id: entry.delivery }} className="badge accent" title="Open the delivery">
            open
          </Link>
        ),
    },
    {
      id: "acts",
      head: <span className="sr">Actions</span>,
      cell: (entry) => (
        <Button
          small
          tone="ghost"
          disabled={resend.possible ? false : resend.why}
          label={`Redeliver ${entry.event_type ?? ""} ${entry.id}`}
          title={`Ask ${title} to send it again`}
          onClick={() => setAgain(entry)}
        >
          Redeliver
        </Button>
      ),
    },
  ];
  return (
    <div className={pageStyles.body}>
      {log.error ? <FailureNote problem={log.error} onRetry={() => void log.refetch()} /> : null}
      {log.data ? (
        <div className={pageStyles.card}>
          <div className={styles.figures}>
            <span>
              <b>{figures.sent === LOG_LIMIT ? `${count(LOG_LIMIT)} newest` : count(figures.sent)}</b>{" "}
              <span className="muted">sent by {title}</span>
            </span>
            <span>
              <b>{count(figures.here)}</b> <span className="muted">captured here</span>
            </span>
            <span>
              <b className={figures.missing > 0 ? pageStyles.bad : undefined}>{count(figures.missing)}</b>{" "}
              <span className="muted">not here</span>
            </span>
            <span className={pageStyles.end}>
              <Button small busy={log.isFetching} onClick={() => void log.refetch()}>
                Read again
              </Button>
            </span>
          </div>
        </div>
      ) : null}
      <fieldset className={styles.filters} style={{ border: 0, margin: 0, padding: 0 }}>
        <legend className="sr">Which entries</legend>
        {STATE_FILTERS.map((filter) => (
          <Button key={filter.value} small aria-pressed={state === filter.value} onClick={() => setState(filter.value)}>
            {filter.label}
          </Button>
        ))}
      </fieldset>
      {log.data === undefined && !log.error ? (
        <>
          <Waiting lines={6} label={`Reading the log at ${title}`} />
          {slow ? <p className="muted">Reading the log at {title}…</p> : null}
        </>
      ) : entries.length > 0 ? (
        <div className={pageStyles.card}>
          <Table
            label={`What ${title} sent`}
            columns={columns}
            rows={entries}
            keyOf={(entry) => entry.id}
            className={styles.table ?? ""}
          />
        </div>
      ) : log.data ? (
        <EmptyState title={state === "all" ? "Nothing was sent yet" : `Nothing ${state}`}>
          {state === "all" ? `${title}'s log of this endpoint is empty. Send a test to see the first entry.` : ""}
        </EmptyState>
      ) : null}
      {able.note ? <p className="muted">{able.note}</p> : null}
      {resend.possible || entries.length === 0 ? null : (
        <p className="muted">
          {title} can't be asked to send one again. {resend.why}
        </p>
      )}
      {again ? (
        <Ask
          title={`Have ${title} send it again?`}
          yes="Redeliver"
          busy={redeliver.isPending}
          problem={redeliver.error}
          onNo={() => {
            redeliver.reset();
            setAgain(null);
          }}
          onYes={() =>
            redeliver.mutate(
              { connection: endpoint.connection, endpoint: endpoint.id, entry: again.id },
              {
                onSuccess: () => {
                  setAgain(null);
                  toast({
                    title: "Asked for once more",
                    detail: `${again.event_type ?? again.id} is on its way again.`,
                  });
                  log.refetch().catch(toastFailure);
                },
              },
            )
          }
        >
          {again.event_type ?? "This event"} goes once more to <span className="mono">{endpoint.url}</span>. Whoever
          handles it there gets it a second time{resend.note ? `. ${resend.note}` : "."}
        </Ask>
      ) : null}
    </div>
  );
}
