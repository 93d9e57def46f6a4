// What the provider says it sent, beside what arrived here and what was answered. What is missing is brought in.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toast } from "@/app/feedback/toasts";
import { useLate, useRun } from "@/app/host";
import { ActionButton, Button } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import type { Endpoint, ProviderInfo, ReconciledEntry } from "@/generated/api";
import { count, counted } from "@/lib/format";
import { Ask } from "../Ask";
import { ability, shortTitle } from "../operations";
import { Ago, pageStyles } from "../Page";
import { RowGrid } from "../RowGrid";
import { BringInAsk, BringInState, NoWay } from "./BringIn";
import { COLUMNS } from "./columns";
import { FigureLine } from "./Figures";
import styles from "./Reconcile.module.css";
import { chips, ENTRIES, figuresOf, missingIds, type Shown, shownOf, spanWords, waysOf } from "./reconcile";
import { SpanPicker } from "./SpanPicker";
import { useBringIn } from "./useBringIn";
import { useReconcile, useSince } from "./useReconcile";

/** When the log is looked at again for what is sent once more, in milliseconds after it was asked for. */
const AGAIN_AFTER = [1_200, 4_000, 10_000] as const;

export function ReconcileTab({ endpoint, provider }: { endpoint: Endpoint; provider: ProviderInfo | undefined }) {
  const navigate = useNavigate();
  const [since, setSince] = useSince();
  const [limit, setLimit] = useState<number>(ENTRIES.first);
  const [shown, setShown] = useState<Shown>("all");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState<readonly string[] | null>(null);
  const [again, setAgain] = useState<ReconciledEntry | null>(null);
  const [active, setActive] = useState<ReconciledEntry | undefined>(undefined);
  const [others, setOthers] = useState(false);
  const redeliver = useRun("endpoints.redeliver");
  const able = ability(provider, "log");
  const resend = ability(provider, "redeliver");
  const asked = useReconcile(endpoint.connection, endpoint.id, since, limit, able.possible);
  const slow = useLate(asked.isFetching, 400);
  const title = shortTitle(provider, endpoint.provider);
  const found = asked.data ?? null;
  const rows = useMemo(() => (found ? shownOf(found, shown) : []), [found, shown]);
  const missing = useMemo(() => (found ? missingIds(found) : []), [found]);
  const picked = missing.filter((id) => chosen.has(id));

  // What is sent again takes its time: the log is looked at a few times more, as long as something is missing.
  const timers = useRef<ReturnType<typeof setTimeout>[]>([]);
  const latest = useRef(found);
  latest.current = found;
  const stopLooking = () => {
    for (const timer of timers.current) clearTimeout(timer);
    timers.current = [];
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: only at the end
  useEffect(() => stopLooking, []);
  const lookAgain = (ids: readonly string[]) => {
    stopLooking();
    timers.current = AGAIN_AFTER.map((wait) =>
      setTimeout(() => {
        const open = latest.current ? missingIds(latest.current) : [];
        if (ids.some((id) => open.includes(id))) void asked.refetch();
      }, wait),
    );
  };
  const bring = useBringIn(endpoint.connection, endpoint.id, (came) => {
    setChosen(new Set());
    void asked.refetch();
    if (came.redelivered.length > 0) lookAgain(came.redelivered);
  });

  const ways = found ? waysOf(found, title) : { ways: [], words: "" };
  const toBring = picked.length > 0 ? picked : missing;
  const bringable: true | string =
    missing.length === 0
      ? "Nothing is missing."
      : ways.ways.length === 0
        ? `${title} offers no way to bring them in.`
        : bring.run?.running
          ? "It is under way."
          : true;
  const open = (one: ReconciledEntry) => {
    if (one.entry.delivery !== null) void navigate({ to: "/", search: { id: one.entry.delivery } });
    else toggle(one);
  };
  const canChoose = (one: ReconciledEntry) => one.state === "missing" && ways.ways.length > 0;
  const toggle = (one: ReconciledEntry) => {
    if (!canChoose(one)) return;
    const next = new Set(chosen);
    if (!next.delete(one.entry.id)) next.add(one.entry.id);
    setChosen(next);
  };
  useActions([
    {
      id: "bring-in",
      label: `Bring in ${count(toBring.length)}…`,
      group: "Endpoints",
      words: "recover fetch missing deliveries reconcile",
      keys: ["B"],
      enabled: bringable,
      run: () => setAsking(toBring),
    },
    {
      id: "reconcile-again",
      label: "Read the log again",
      group: "Endpoints",
      words: "reconcile refresh delivery log",
      keys: ["G"],
      enabled: able.possible || able.why,
      run: () => void asked.refetch(),
    },
    {
      id: "redeliver-entry",
      label: "Send again…",
      group: "Endpoints",
      words: "redeliver resend entry of the log",
      keys: ["S"],
      enabled: !resend.possible ? resend.why : active === undefined ? "Choose an entry first." : true,
      run: () => setAgain(active ?? null),
    },
  ]);

  if (!able.possible) {
    return <EmptyState title={`${title} shows no delivery log`}>{able.why}</EmptyState>;
  }
  if (found === null) {
    return (
      <div className={pageStyles.body}>
        <SpanPicker value={since} onChange={setSince} />
        {asked.error ? (
          <FailureNote problem={asked.error} onRetry={() => void asked.refetch()} />
        ) : (
          <>
            <Waiting lines={6} label={`Reading the log at ${title}`} />
            {slow ? <p className="muted">Reading the log at {title}…</p> : null}
          </>
        )}
      </div>
    );
  }
  return (
    <div className={styles.tab}>
      {asked.error ? <FailureNote problem={asked.error} onRetry={() => void asked.refetch()} /> : null}
      <div className={pageStyles.card}>
        <div className={styles.figures}>
          <FigureLine figures={figuresOf([found])} more={found.more} title={title} />
        </div>
      </div>
      {bring.run ? <BringInState run={bring.run} title={title} onCancel={bring.cancel} onClose={bring.clear} /> : null}
      {missing.length > 0 && ways.ways.length === 0 ? (
        <NoWay title={title} log={able.note} redeliver={resend.why} />
      ) : null}
      <div className={styles.bar}>
        <fieldset className={styles.chips}>
          <legend className="sr">Which entries</legend>
          {chips(found).map((chip) => (
            <Button
              key={chip.value}
              small
              aria-pressed={shown === chip.value}
              onClick={() => setShown(shown === chip.value ? "all" : chip.value)}
            >
              {chip.label} <span className={styles.number}>{count(chip.count)}</span>
            </Button>
          ))}
        </fieldset>
        <span className={styles.end}>
          <SpanPicker value={since} onChange={setSince} />
        </span>
      </div>
      <div className={styles.bar}>
        {missing.length > 0 && ways.ways.length > 0 ? (
          <>
            <ActionButton id="bring-in" small tone="primary" busy={bring.run?.running ?? false}>
              {picked.length === 0 && missing.length > 1 ? "Bring in all" : "Bring in"} {count(toBring.length)}
            </ActionButton>
            {missing.length > 1 ? (
              <Button
                small
                tone="ghost"
                onClick={() => setChosen(picked.length === missing.length ? new Set() : new Set(missing))}
              >
                {picked.length === missing.length ? "Choose none" : `Choose all ${count(missing.length)} missing`}
              </Button>
            ) : null}
          </>
        ) : (
          <span className="muted">
            {missing.length > 0
              ? "What is missing stays at the provider."
              : found.sent === 0
                ? ""
                : `Nothing is missing ${spanWords(since)}.`}
          </span>
        )}
        <span className={styles.end}>
          <span className="muted">
            {slow ? (
              "reading…"
            ) : (
              <>
                read <Ago at={new Date(asked.dataUpdatedAt).toISOString()} />
              </>
            )}
          </span>
          <ActionButton id="reconcile-again" small busy={asked.isFetching}>
            Read again
          </ActionButton>
          <ActionButton id="redeliver-entry" small />
        </span>
      </div>
      {found.more ? (
        <div className="muted">
          The log holds more than the {count(limit)} newest entries that were read.{" "}
          {limit < ENTRIES.most ? (
            <button type="button" className={pageStyles.link} onClick={() => setLimit(ENTRIES.most)}>
              Read up to {count(ENTRIES.most)}
            </button>
          ) : null}
        </div>
      ) : null}
      {found.not_in_log.length > 0 ? (
        <div className="muted">
          {counted(found.not_in_log.length, "delivery", "deliveries")} of the inbox{" "}
          {found.not_in_log.length === 1 ? "is" : "are"} not in the log: sent by someone else, replayed to it, or too
          old for it.{" "}
          <button type="button" className={pageStyles.link} aria-expanded={others} onClick={() => setOthers(!others)}>
            {others ? "Hide them" : "Show them"}
          </button>
          {others ? (
            <div className={styles.others}>
              {found.not_in_log.slice(0, 200).map((id) => (
                <button
                  key={id}
                  type="button"
                  className={`${pageStyles.link} mono`}
                  onClick={() => void navigate({ to: "/", search: { id } })}
                >
                  {id}
                </button>
              ))}
              {found.not_in_log.length > 200 ? <span>and {count(found.not_in_log.length - 200)} more</span> : null}
            </div>
          ) : null}
        </div>
      ) : null}
      <div className={styles.grid}>
        <RowGrid
          label={`What ${title} sent`}
          columns={COLUMNS}
          total={rows.length}
          rowHeight={46}
          rowAt={(index) => rows[index]}
          keyOf={(one) => one.entry.id}
          onOpen={open}
          onActive={setActive}
          everywhere={false}
          choice={{
            chosen: (one) => (canChoose(one) ? chosen.has(one.entry.id) : undefined),
            onToggle: toggle,
          }}
          empty={
            shown === "all" ? (
              <EmptyState
                title={`Nothing was sent ${spanWords(since)}`}
                action={since === "all" ? undefined : <Button onClick={() => setSince("all")}>Show everything</Button>}
              >
                {title}'s log of this endpoint has no entry there. Send a test to see one.
              </EmptyState>
            ) : (
              <EmptyState
                title="None is left in this state"
                action={<Button onClick={() => setShown("all")}>Show all</Button>}
              />
            )
          }
        />
      </div>
      {asking ? (
        <BringInAsk
          found={found}
          entries={asking}
          title={title}
          note={resend.note}
          onNo={() => setAsking(null)}
          onYes={(by) => {
            setAsking(null);
            void bring.start(asking, by);
          }}
        />
      ) : null}
      {again ? (
        <Ask
          title={`Have ${title} send it again?`}
          yes="Send again"
          busy={redeliver.isPending}
          problem={redeliver.error}
          onNo={() => {
            redeliver.reset();
            setAgain(null);
          }}
          onYes={() =>
            redeliver.mutate(
              { connection: endpoint.connection, endpoint: endpoint.id, entry: again.entry.id },
              {
                onSuccess: () => {
                  const name = again.entry.event_type ?? again.entry.id;
                  setAgain(null);
                  toast({ title: "Asked for once more", detail: `${name} is on its way again.` });
                  lookAgain([again.entry.id]);
                  void asked.refetch();
                },
              },
            )
          }
        >
          {again.entry.event_type ?? "This event"} <span className="mono">{again.entry.id}</span> goes once more to{" "}
          <span className="mono">{endpoint.url}</span>. Whoever handles it there gets it
          {again.entry.delivery === null ? "" : " a second time"}. {resend.note}
        </Ask>
      ) : null}
    </div>
  );
}
