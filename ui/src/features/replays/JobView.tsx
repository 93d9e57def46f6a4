// A replay that runs or ran: how it was asked for at the left; how far it is and what came back at the right.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toastFailure } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { KeyValues } from "@/components/KeyValues";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Tabs } from "@/components/Tabs";
import { Time } from "@/components/Time";
import { Ask } from "@/features/endpoints/Ask";
import { pageStyles, Strip } from "@/features/endpoints/Page";
import { type GridColumn, RowGrid } from "@/features/endpoints/RowGrid";
import type { Attempt, ReplayJob } from "@/generated/api";
import { count, counted, duration, span } from "@/lib/format";
import { plain } from "@/lib/plain";
import { AttemptPanel } from "./AttemptPanel";
import { attemptWords, firstWords, haltWords, JOB_STATES, paceWords, progressWords, settled, underWay } from "./job";
import { type AttemptTab, partsOf, usePages, useTotal } from "./pages";
import styles from "./Replay.module.css";

export function JobView({ id }: { id: string }) {
  const navigate = useNavigate();
  const answer = useAnswer("replays.get", { id });
  if (answer.error) {
    return (
      <div>
        <h1 className="sr">Replay</h1>
        <h2 className="sr">What happened</h2>
        <EmptyState
          title={answer.error.code === "not_found" ? "That replay is not there" : "The replay could not be read"}
          action={<Button onClick={() => void navigate({ to: "/replays", search: {} })}>All replays</Button>}
        >
          {answer.error.message}
        </EmptyState>
      </div>
    );
  }
  if (answer.data === undefined) return <Waiting lines={6} />;
  return <Job key={id} job={answer.data} />;
}

function Job({ job }: { job: ReplayJob }) {
  const navigate = useNavigate();
  const pause = useRun("replays.pause");
  const resume = useRun("replays.resume");
  const cancel = useRun("replays.cancel");
  const [tab, setTab] = useState<AttemptTab>("all");
  const [open, setOpen] = useState<Attempt | null>(null);
  const [asking, setAsking] = useState(false);
  const totals = {
    all: useTotal(partsOf(job.id, "all")),
    failed: useTotal(partsOf(job.id, "failed")),
    changed: useTotal(partsOf(job.id, "changed")),
  };
  const { counts, options } = job;
  const running = job.state === "running";
  const halted = job.state === "paused" || job.state === "interrupted";
  const state = JOB_STATES[job.state];
  const halt = haltWords(job);
  const ref = { id: job.id };
  const left = counts.total - settled(job);
  const part = (n: number) => `${counts.total === 0 ? 0 : (100 * n) / counts.total}%`;

  useActions([
    {
      id: "pause-job",
      label: running ? "Pause" : "Resume",
      group: "Replays",
      keys: ["Space"],
      enabled: running || halted || "It has ended.",
      run: () => (running ? pause : resume).mutate(ref, { onError: toastFailure }),
    },
    {
      id: "cancel-job",
      label: "Cancel the replay…",
      group: "Replays",
      enabled: running || halted || "It has ended.",
      run: () => setAsking(true),
    },
  ]);

  return (
    <div className={styles.page}>
      <div className={styles.split}>
        <section className={styles.set} aria-label="How it is run" data-pane="list">
          <div className={styles.fields}>
            <h1>
              {job.title} <Badge tone={state.tone}>{state.word}</Badge>
            </h1>
            <div className={pageStyles.card}>
              <KeyValues
                entries={[
                  ["Deliveries", `${count(counts.total)}, oldest first`],
                  [
                    "Send to",
                    <span key="to" className="mono">
                      {options.target}
                    </span>,
                  ],
                  [
                    "How",
                    options.mode === "resign" ? "signed again with the time of sending" : "verbatim, byte for byte",
                  ],
                  ["At most", options.rate === null ? "as fast as it answers" : `${options.rate} a second`],
                  ["At once", String(options.concurrency)],
                  ["Give up after", duration(options.timeout_ms * 1000)],
                  ["Try again", options.retries === 0 ? "never" : `${options.retries}×, 1 s → 30 s`],
                  options.stop_after_failures === null
                    ? null
                    : ["Stop after", counted(options.stop_after_failures, "failure")],
                  ["Started", <Time key="at" at={job.created_at} />],
                  job.finished_at === null ? null : ["Ended", <Time key="end" at={job.finished_at} />],
                ]}
              />
            </div>
          </div>
          <div className={styles.foot}>
            <Button onClick={() => void navigate({ to: "/replays", search: {} })}>All replays</Button>
          </div>
        </section>
        <section className={styles.run} aria-label="How far it is" data-pane="detail">
          <div className={styles.head}>
            <div className={styles.line}>
              <b>{progressWords(job)}</b>
              <span className="muted">{paceWords(job)}</span>
              <span className="sr" role="status">
                {state.word}
              </span>
              <span className={styles.end}>
                {running || halted ? (
                  <>
                    <ActionButton
                      id="pause-job"
                      tone={halted ? "primary" : "plain"}
                      busy={pause.isPending || resume.isPending}
                    />
                    <Button tone="danger" busy={cancel.isPending} onClick={() => setAsking(true)}>
                      Cancel
                    </Button>
                  </>
                ) : null}
              </span>
            </div>
            <div
              className={styles.bar}
              role="progressbar"
              aria-label="Deliveries settled"
              aria-valuemin={0}
              aria-valuemax={counts.total}
              aria-valuenow={settled(job)}
              aria-valuetext={`${progressWords(job)}, ${count(counts.failed)} failed`}
            >
              <i data-of="ok" style={{ width: part(counts.succeeded) }} />
              <i data-of="bad" style={{ width: part(counts.failed) }} />
              <i data-of="rest" style={{ width: part(counts.skipped + counts.unknown) }} />
            </div>
            <dl className={styles.figures}>
              <Figure label="answered 2xx" value={count(counts.succeeded)} />
              <Figure label="failed" value={count(counts.failed)} bad={counts.failed > 0} />
              {counts.skipped > 0 ? <Figure label="left out" value={count(counts.skipped)} /> : null}
              {counts.unknown > 0 ? <Figure label="may have been sent" value={count(counts.unknown)} bad /> : null}
              <Figure label="median" value={job.median_us === null ? "–" : duration(job.median_us)} />
              <Figure label="p99" value={job.p99_us === null ? "–" : duration(job.p99_us)} />
            </dl>
            {halt ? (
              <Strip
                tone={job.state === "completed" ? "info" : "warn"}
                action={
                  job.state === "interrupted" ? (
                    <ActionButton id="pause-job" tone="primary" small busy={resume.isPending} />
                  ) : null
                }
              >
                <b>{state.word}.</b> {halt}
              </Strip>
            ) : null}
          </div>
          <Tabs
            label="Attempts"
            value={tab}
            onChange={setTab}
            tabs={[
              {
                id: "all",
                label: "All",
                count: totals.all,
                content: <Attempts key="all" job={job} tab="all" open={open} onOpen={setOpen} />,
              },
              {
                id: "failed",
                label: "Failed",
                count: totals.failed,
                content: <Attempts key="failed" job={job} tab="failed" open={open} onOpen={setOpen} />,
              },
              {
                id: "changed",
                label: "Answer differs from first time",
                count: totals.changed,
                content: <Attempts key="changed" job={job} tab="changed" open={open} onOpen={setOpen} />,
              },
            ]}
          />
        </section>
      </div>
      {open ? <AttemptPanel attempt={open} onClose={() => setOpen(null)} /> : null}
      {asking ? (
        <Ask
          title="Cancel this replay?"
          yes="Cancel the replay"
          danger
          busy={cancel.isPending}
          problem={cancel.error}
          onNo={() => setAsking(false)}
          onYes={() => cancel.mutate(ref, { onSuccess: () => setAsking(false) })}
        >
          What is under way finishes; {counted(Math.max(0, left), "delivery", "deliveries")} will not be sent. It can't
          be gone on with. To stop for a while, pause it.
          {job.per_second && running ? ` At this pace it would be done in about ${span(left / job.per_second)}.` : ""}
        </Ask>
      ) : null}
    </div>
  );
}

function Figure({ label, value, bad }: { label: string; value: string; bad?: boolean }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd data-bad={bad ?? false}>{value}</dd>
    </div>
  );
}

const LABELS: Record<AttemptTab, string> = {
  all: "Attempts, newest first",
  failed: "Failed attempts",
  changed: "Attempts with another answer than the first time",
};

const EMPTY: Record<AttemptTab, { title: string; words: string }> = {
  all: { title: "Nothing was sent yet", words: "Attempts stand here as they are made." },
  failed: { title: "None has failed", words: "Every answer so far was a 2xx." },
  changed: { title: "No answer differs", words: "Each was answered as it was the first time." },
};

function Attempts({
  job,
  tab,
  open,
  onOpen,
}: {
  job: ReplayJob;
  tab: AttemptTab;
  open: Attempt | null;
  onOpen: (attempt: Attempt) => void;
}) {
  const pages = usePages(partsOf(job.id, tab));
  const columns: GridColumn<Attempt>[] = [
    {
      id: "event",
      head: "Event",
      track: "minmax(0, 1fr)",
      cell: (one) => (
        <span title={`${one.event_type ?? ""}\n${one.delivery}`}>
          <b>{plain(one.event_type ?? "–")}</b> <span className="mono muted">{one.delivery}</span>
        </span>
      ),
    },
    {
      id: "sent",
      head: "Sent",
      track: "104px",
      from: 600,
      cell: (one) => (
        <span className="mono">
          <Time at={one.started_at} />
        </span>
      ),
    },
    {
      id: "first",
      head: "First answer",
      track: "76px",
      from: 400,
      cell: (one) => {
        const words = firstWords(one.first_status);
        return <Badge tone={words.tone}>{words.word}</Badge>;
      },
    },
    {
      id: "now",
      head: "Now",
      track: "76px",
      cell: (one) => {
        if (underWay(one, job, Date.now())) return <Badge tone="accent">sending</Badge>;
        const words = attemptWords(one);
        return (
          <Badge tone={words.tone} {...(one.error ? { title: one.error } : {})}>
            {words.word}
          </Badge>
        );
      },
    },
    {
      id: "try",
      head: "Try",
      track: "32px",
      end: true,
      from: 460,
      cell: (one) => <span className="mono">{one.number}</span>,
    },
    {
      id: "latency",
      head: "Latency",
      track: "64px",
      end: true,
      cell: (one) => <span className="mono">{one.duration_us === null ? "–" : duration(one.duration_us)}</span>,
    },
    {
      id: "words",
      head: "What went wrong",
      track: "minmax(0, 0.7fr)",
      from: 760,
      cell: (one) => (
        <span className="muted" title={one.error ?? undefined}>
          {one.error ?? (one.status !== null && one.status !== one.first_status ? "Another answer" : "")}
        </span>
      ),
    },
  ];
  if (pages.error && pages.total === undefined)
    return (
      <div className={pageStyles.body}>
        <FailureNote problem={pages.error} onRetry={pages.again} />
      </div>
    );
  if (pages.total === undefined) return <Waiting lines={6} />;
  return (
    <div className={styles.grid}>
      <RowGrid
        label={LABELS[tab]}
        columns={columns}
        total={pages.total}
        rowAt={pages.rowAt}
        keyOf={(one) => one.id}
        selected={open?.id}
        onOpen={onOpen}
        onRange={pages.want}
        empty={<EmptyState title={EMPTY[tab].title}>{EMPTY[tab].words}</EmptyState>}
      />
    </div>
  );
}
