// A new replay: what, where to and how at the left; at the right what that would do, before anything is sent.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useId, useState } from "react";
import { useAnswer, useLate, useRun } from "@/app/host";
import { usePatchSettings, useSettings } from "@/app/settings";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { Combobox } from "@/components/Combobox";
import { Check, TextField } from "@/components/Field";
import { KeyValues } from "@/components/KeyValues";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { useNow } from "@/components/Time";
import { Ask } from "@/features/endpoints/Ask";
import { useDraft } from "@/features/endpoints/drafts";
import { pageStyles, Strip } from "@/features/endpoints/Page";
import type { Failure, ReplayPlan, ReplayStart } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { bytes, count, counted } from "@/lib/format";
import {
  CLASS_WORDS,
  emptyReplay,
  planLines,
  type ReplayDraft,
  replayProblems,
  resignWords,
  startRequest,
  startWords,
} from "./form";
import styles from "./Replay.module.css";

/** The value, once it has stood still for a moment. */
function useSettled<T>(value: T, wait: number): T {
  const [held, setHeld] = useState(value);
  const shape = JSON.stringify(value);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the value
  useEffect(() => {
    const timer = setTimeout(() => setHeld(value), wait);
    return () => clearTimeout(timer);
  }, [shape, wait]);
  return held;
}

const QUERY_CODES = new Set(["invalid_query"]);
const NOTHING: ReplayStart = startRequest(emptyReplay("", [], "http://localhost"), false);

export function NewReplay({ query, ids }: { query: string; ids: readonly string[] }) {
  const navigate = useNavigate();
  const settings = useSettings();
  const patch = usePatchSettings();
  const inboxes = useAnswer("inboxes.list", {}).data ?? [];
  const jobs = useAnswer("replays.list", {}).data ?? [];
  const start = useRun("replays.start");
  const now = useNow();
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState<readonly string[] | null>(null);
  /** How many deliveries the button named when it was pressed before its plan had come. */
  const [wanted, setWanted] = useState<number | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const key = ids.length > 0 ? `replay:ids:${ids.join(",")}` : `replay:query:${query}`;
  const draft = useDraft<ReplayDraft>(key, emptyReplay(query, ids, settings?.last_target ?? null));
  const { value } = draft;
  const change = (part: Partial<ReplayDraft>) => {
    setWanted(null);
    draft.change(part);
  };
  const problems = replayProblems(value);
  const sound = Object.keys(problems).length === 0;
  const request = useSettled(sound ? startRequest(value, false) : null, 250);
  const plan = useAnswer("replays.plan", request ?? NOTHING, { enabled: request !== null, keep: true });
  const planning = useLate(plan.isFetching, 300);
  const queryProblem = plan.error && QUERY_CODES.has(plan.error.code) ? plan.error.message : undefined;
  const targetProblem =
    plan.error && (plan.error.code === "target_refused" || plan.error.fields?.some((one) => one.field === "target"))
      ? plan.error.message
      : undefined;
  const problem = (field: string) =>
    tried || (field === "target" && value.target !== "") ? problems[field] : undefined;
  const data = plan.error || !sound ? undefined : plan.data;
  // While somebody types, the plan of a moment ago stays in sight; nothing is asked or sent by it.
  const planned =
    data !== undefined &&
    !plan.isPlaceholderData &&
    JSON.stringify(request) === JSON.stringify(startRequest(value, false));
  const targets = [
    ...new Set([
      ...(settings?.last_target ? [settings.last_target] : []),
      ...jobs.map((job) => job.options.target),
      ...inboxes.flatMap((inbox) => inbox.forward_to),
    ]),
  ];

  const send = (confirmed: boolean) => {
    setFailure(null);
    start.mutate(startRequest(value, confirmed), {
      onSuccess: (job) => {
        setAsking(null);
        draft.drop();
        if (settings && settings.last_target !== job.options.target) patch({ last_target: job.options.target });
        void navigate({ to: "/replays", search: { id: job.id }, replace: true });
      },
      onError: (thrown) => {
        const found = asFailure(thrown);
        // Something came up since the plan was made: the host asks, and so does this window.
        if (found.code === "confirmation_required") {
          const told = found.details?.warnings;
          setAsking(Array.isArray(told) && told.length > 0 ? told.map(String) : [found.message]);
        } else {
          setAsking(null);
          setFailure(found);
        }
      },
    });
  };
  const begin = () => {
    setTried(true);
    if (!sound || data === undefined || data.count === 0) return;
    if (!planned) setWanted(data.count);
    else if (data.warnings.length > 0) setAsking(data.warnings);
    else send(false);
  };
  useEffect(() => {
    if (wanted === null || !(planned || plan.error)) return;
    setWanted(null);
    // Another number than the one that was agreed to is not sent; the button now says it.
    if (planned && data.count === wanted) begin();
  });
  return (
    <div className={styles.page}>
      <form
        className={styles.split}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          begin();
        }}
      >
        <section className={styles.set} aria-label="What to send, and how" data-pane="list">
          <div className={styles.fields}>
            <h1>New replay</h1>
            {value.ids.length > 0 ? (
              <div className={pageStyles.row}>
                <b>{counted(value.ids.length, "delivery", "deliveries")} selected</b>
                <Button small onClick={() => change({ ids: [], query: "" })}>
                  Choose by a query instead
                </Button>
              </div>
            ) : (
              <TextField
                label="Deliveries"
                placeholder="everything"
                hint={
                  data
                    ? `${counted(data.count, "match", "match")}, oldest first`
                    : "In the query language, as in the list."
                }
                problem={queryProblem}
                value={value.query}
                onChange={(next) => change({ query: next })}
              />
            )}
            <Combobox
              label="Send to"
              hint="The whole address. The query of each delivery is kept, its path is not."
              problem={problem("target") ?? targetProblem}
              value={value.target}
              options={targets}
              placeholder="http://localhost:3000/hooks"
              onChange={(target) => change({ target })}
            />
            <div className={pageStyles.two}>
              <TextField
                label="At most per second"
                inputMode="decimal"
                placeholder="no limit"
                value={value.rate}
                problem={problems.rate}
                onChange={(rate) => change({ rate })}
              />
              <TextField
                label="At once"
                inputMode="numeric"
                value={value.concurrency}
                problem={problems.concurrency}
                onChange={(concurrency) => change({ concurrency })}
              />
            </div>
            <div className={pageStyles.two}>
              <TextField
                label="Give up after, in s"
                inputMode="decimal"
                value={value.timeout}
                problem={problems.timeout}
                onChange={(timeout) => change({ timeout })}
              />
              <TextField
                label="Try again, times"
                inputMode="numeric"
                hint="After 1 s, 2 s, 4 s … 30 s"
                value={value.retries}
                problem={problems.retries}
                onChange={(retries) => change({ retries })}
              />
            </div>
            <Check
              label="Sign again with the time of sending"
              hint={
                value.resign ? resignWords(data, now) : "Off: every byte goes as it was recorded, its signature too."
              }
              checked={value.resign}
              onChange={(resign) => change({ resign })}
            />
            <Check
              label={value.stopAfter === "1" ? "Stop at the first failure" : "Stop after failures"}
              hint="Otherwise it goes on to the end and lists them."
              checked={value.stop}
              onChange={(stop) => change({ stop })}
            />
            {value.stop ? (
              <TextField
                label="Failures until it stops"
                inputMode="numeric"
                value={value.stopAfter}
                problem={problems.stopAfter}
                onChange={(stopAfter) => change({ stopAfter })}
              />
            ) : null}
          </div>
          <div className={styles.foot}>
            <Button
              tone="ghost"
              onClick={() => {
                draft.drop();
                void navigate({ to: "/replays", search: {} });
              }}
            >
              Discard
            </Button>
            <Button
              type="submit"
              tone="primary"
              busy={start.isPending || wanted !== null}
              disabled={
                data?.count === 0 ? "No delivery matches." : !sound ? "Fill in the marked fields." : data === undefined
              }
            >
              {startWords(data, value.resign)}
            </Button>
          </div>
        </section>
        <section className={styles.plan} aria-label="What would happen" data-pane="detail" aria-busy={planning}>
          {data && data.count > 0 ? null : <h2 className="sr">What would happen</h2>}
          {failure ? <FailureNote problem={failure} /> : null}
          {plan.error && queryProblem === undefined && targetProblem === undefined ? (
            <FailureNote problem={plan.error} onRetry={() => void plan.refetch()} />
          ) : null}
          {data ? (
            <PlanView plan={data} draft={value} now={now} />
          ) : plan.isFetching ? (
            <Waiting lines={5} label="Planning" />
          ) : sound && queryProblem === undefined && targetProblem === undefined ? null : (
            <EmptyState title="No plan yet">
              {problems.target
                ? "Say where to send, and what would happen stands here."
                : "Mend what is marked at the left."}
            </EmptyState>
          )}
        </section>
      </form>
      {asking ? (
        <Ask
          title={`${startWords(data, value.resign)} to ${data?.host ?? "the target"}?`}
          yes={startWords(data, value.resign)}
          danger={data?.class === "public"}
          busy={start.isPending}
          onYes={() => send(true)}
          onNo={() => setAsking(null)}
        >
          <p>There is something to think about first:</p>
          <ul className={styles.warnings}>
            {asking.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Ask>
      ) : null}
    </div>
  );
}

function PlanView({ plan, draft, now }: { plan: ReplayPlan; draft: ReplayDraft; now: number }) {
  const id = useId();
  const words = CLASS_WORDS[plan.class];
  if (plan.count === 0) {
    return <EmptyState title="No delivery matches">Nothing would be sent. Change the query at the left.</EmptyState>;
  }
  const lines = planLines(plan, draft, now);
  return (
    <>
      <h2 className={styles.title} id={id}>
        {counted(plan.count, "delivery", "deliveries")} to <span className="mono">{plan.host}</span>{" "}
        <Badge tone={words.tone} title={words.about}>
          {words.word}
        </Badge>
      </h2>
      {plan.warnings.length > 0 ? (
        <Strip>
          <b>Think first.</b> It asks once more before it starts.
          <ul className={styles.warnings}>
            {plan.warnings.map((warning) => (
              <li key={warning}>{warning}</li>
            ))}
          </ul>
        </Strip>
      ) : null}
      <dl className={styles.figures}>
        <div>
          <dt>{plan.count === 1 ? "delivery" : "deliveries"}</dt>
          <dd>{count(plan.count)}</dd>
        </div>
        <div>
          <dt>of bodies</dt>
          <dd>{bytes(plan.bytes)}</dd>
        </div>
        <div>
          <dt>duplicates</dt>
          <dd>{count(plan.duplicates)}</dd>
        </div>
      </dl>
      <div className={pageStyles.card}>
        <KeyValues
          entries={lines.map(
            (line) =>
              [
                line.label,
                <span key={line.label} className={line.tone === "warn" ? pageStyles.warn : undefined}>
                  {line.text}
                </span>,
              ] as const,
          )}
        />
      </div>
      <section className={pageStyles.section}>
        <h3>The first request, as it would be sent</h3>
        <pre tabIndex={0} className={pageStyles.code}>
          {[
            `${plan.first_method} ${draft.target.trim()}`,
            ...plan.first_headers.map(([name, text]) => `${name}: ${text}`),
          ].join("\n")}
        </pre>
      </section>
    </>
  );
}
