// Endpoints: all connections or one, problems first; what is open beside them. The order is the host's.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useMemo, useRef, useState } from "react";
import { useActions } from "@/app/actions/registry";
import { useAnswer, useLate, useRun } from "@/app/host";
import { useSettings } from "@/app/settings";
import { ERRORS } from "@/app/words";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import type { Endpoint, EndpointProblem } from "@/generated/api";
import { counted } from "@/lib/format";
import { CustodyFindings, useCases } from "./custody/CustodyFindings";
import { type Custody, CustodyPanel } from "./custody/CustodyPanel";
import { EndpointDetail, tabOf } from "./EndpointDetail";
import { EndpointForm } from "./EndpointForm";
import { FindingStrips } from "./FindingStrips";
import { type FindingKind, findings, keysOf, offWords } from "./findings";
import { isLocal } from "./form";
import { MoveDialog } from "./MoveDialog";
import { endpointKey, eventsWords, nameOf, shortTitle, stateOf } from "./operations";
import { Ago, Page, Strip, pageStyles as styles } from "./Page";
import { type GridColumn, RowGrid, Stack } from "./RowGrid";
import { ReconcileAll } from "./reconcile/ReconcileAll";

/** Every word typed stands in the address, the name, the connection, the state or an event type. */
export function matches(endpoint: Endpoint, typed: string): boolean {
  const hay =
    `${endpoint.url} ${endpoint.label} ${endpoint.connection} ${endpoint.status} ${endpoint.id} ${endpoint.events.join(" ")}`.toLowerCase();
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every((word) => hay.includes(word));
}

function addressId(endpoint: Pick<Endpoint, "connection" | "id">): string {
  return `${endpoint.connection}/${endpoint.id}`;
}

export function EndpointsView() {
  const navigate = useNavigate();
  const search = useSearch({ from: "/endpoints" });
  const scope = search.connection ?? null;
  const list = useAnswer("endpoints.list", { connection: scope }, { keep: true });
  const connections = useAnswer("connections.list", {});
  const providers = useAnswer("providers.list", {}).data ?? [];
  const inboxes = useAnswer("inboxes.list", {}).data ?? [];
  const settings = useSettings();
  const read = useRun("endpoints.read");
  const reading = useLate(read.isPending);
  const [problems, setProblems] = useState<readonly EndpointProblem[]>([]);
  const [typed, setTyped] = useState("");
  const [only, setOnly] = useState<FindingKind | null>(null);
  const [editing, setEditing] = useState(false);
  const [moving, setMoving] = useState(false);
  const [custody, setCustody] = useState<Custody | null>(null);
  const find = useRef<HTMLInputElement>(null);

  const go = (patch: {
    id?: string | undefined;
    tab?: string | undefined;
    new?: true | undefined;
    connection?: string | undefined;
    reconcile?: true | undefined;
  }) => void navigate({ to: "/endpoints", search: { ...search, ...patch } });
  const all = list.data?.endpoints ?? [];
  const mine = connections.data ?? [];
  const inScope = mine.filter((one) => scope === null || one.name === scope);
  // Two connections may know one id: the address names both. The id alone is good enough from elsewhere.
  const open =
    all.find((one) => addressId(one) === search.id) ??
    all.find((one) => one.id === search.id && (scope === null || one.connection === scope));
  const local = useMemo(
    () => new Set((connections.data ?? []).filter((one) => isLocal(one.base_url)).map((one) => one.name)),
    [connections.data],
  );
  const found = useMemo(
    () => findings(all, inboxes, settings?.public_url ?? null, local),
    [all, inboxes, settings?.public_url, local],
  );
  const among = useMemo(() => keysOf(found), [found]);
  // A finding that is mended leaves nothing to be shown by it.
  const filter = only !== null && among[only].size > 0 ? only : null;
  const rows = useMemo(
    () =>
      all.filter(
        (one) =>
          (typed.trim() === "" || matches(one, typed.trim())) &&
          (filter === null || among[filter].has(endpointKey(one))),
      ),
    [all, typed, filter, among],
  );
  const cases = useCases(scope);
  const ownCases = open ? cases.filter((one) => one.endpoint === open.id && one.connection === open.connection) : [];
  const provider = (id: string) => providers.find((one) => one.id === id);

  const readAgain = (connection: string | null) =>
    read.mutate(
      { connection },
      {
        onSuccess: (answer) =>
          setProblems((before) => [
            ...before.filter((one) => connection !== null && one.connection !== connection),
            ...answer.problems,
          ]),
      },
    );
  // A connection that was never read is read as soon as it is looked at: there is nothing else to show.
  const unread = inScope.some((one) => one.read_at === null && one.last_error === null);
  const started = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per view
  useEffect(() => {
    if (!unread || started.current) return;
    started.current = true;
    readAgain(scope);
  }, [unread]);

  useActions([
    {
      id: "read-endpoints",
      label: "Read again",
      group: "Endpoints",
      words: "refresh reload endpoints",
      keys: ["Shift+R"],
      enabled: mine.length > 0 || "There is no connection yet.",
      run: () => readAgain(scope),
    },
    {
      id: "reconcile-all",
      label: search.reconcile ? "Show the list" : "Reconcile",
      group: "Endpoints",
      words: "missing delivery log sent arrived",
      keys: ["Shift+L"],
      enabled: mine.length > 0 || "There is no connection yet.",
      run: () => go({ reconcile: search.reconcile ? undefined : true }),
    },
    {
      id: "find-endpoint",
      label: "Find an endpoint",
      group: "Endpoints",
      keys: ["/"],
      palette: false,
      run: () => find.current?.focus(),
    },
  ]);

  const columns: GridColumn<Endpoint>[] = [
    {
      id: "state",
      head: "State",
      track: "68px",
      cell: (one) => {
        const state = stateOf(one);
        return (
          <Badge tone={state.tone} title={one.status}>
            {state.word}
          </Badge>
        );
      },
    },
    {
      id: "address",
      head: "Address",
      track: "minmax(0, 1fr)",
      cell: (one) => {
        const key = endpointKey(one);
        const old = among.old.has(key);
        const twice = among.twice.has(key);
        const unreachable = among.unreachable.has(key);
        const off = stateOf(one).word === "Disabled";
        return (
          <Stack>
            <span className="mono" title={one.url}>
              {one.url.replace(/^https:\/\//, "")}
            </span>
            <span className={old || twice || unreachable ? styles.warn : "muted"}>
              {off
                ? offWords(one)
                : old
                  ? "another address of this Waybill"
                  : twice
                    ? "one address twice"
                    : unreachable
                      ? "only this machine knows this host"
                      : one.label || one.id}
            </span>
          </Stack>
        );
      },
    },
    ...(scope === null
      ? [
          {
            id: "connection",
            head: "Connection",
            track: "minmax(64px, 0.6fr)",
            from: 420,
            cell: (one: Endpoint) => (
              <span title={`${shortTitle(provider(one.provider), one.provider)} ${one.connection}`}>
                {shortTitle(provider(one.provider), one.provider)} <span className="muted">{one.connection}</span>
              </span>
            ),
          },
        ]
      : []),
    {
      id: "events",
      head: "Events",
      track: "44px",
      from: 380,
      cell: (one) => (
        <span title={one.all_events ? "Every event type" : one.events.join("\n")}>{eventsWords(one)}</span>
      ),
    },
    {
      id: "inbox",
      head: "Inbox",
      track: "minmax(60px, 0.5fr)",
      from: 640,
      cell: (one) => one.inbox ?? <span className="muted">–</span>,
    },
    {
      id: "fails",
      head: "Fails",
      track: "36px",
      end: true,
      from: 330,
      cell: (one) => (
        <span className={one.failures ? styles.bad : "muted"} title="Failures in a row, as the provider counts">
          {one.failures ?? "–"}
        </span>
      ),
    },
  ];

  const shownProblems: { connection: string; problem: EndpointProblem["failure"] | null; words: string }[] = inScope
    .map((one) => {
      const problem = problems.find((entry) => entry.connection === one.name)?.failure ?? null;
      return { connection: one.name, problem, words: problem?.message ?? one.last_error ?? "" };
    })
    .filter((one) => one.words !== "");
  const readAt = (name: string) => mine.find((one) => one.name === name)?.read_at ?? null;

  const notes = (
    <>
      <CustodyFindings
        cases={cases.filter((one) => !open || one.endpoint !== open.id || one.connection !== open.connection)}
        endpoints={all}
        providers={providers}
        onOpen={(one) => go({ id: addressId(one), tab: "overview" })}
        onCustody={setCustody}
      />
      {list.error ? <FailureNote problem={list.error} onRetry={() => void list.refetch()} /> : null}
      {read.error ? <FailureNote problem={read.error} onRetry={() => readAgain(scope)} /> : null}
      {shownProblems.map((one) => {
        const at = readAt(one.connection);
        return (
          <Strip
            key={one.connection}
            action={
              <>
                {one.problem && ERRORS[one.problem.code].wayOut === "connections" ? (
                  <Button small onClick={() => void navigate({ to: "/connections", search: { name: one.connection } })}>
                    Open the connection
                  </Button>
                ) : null}
                <Button small busy={read.isPending} onClick={() => readAgain(one.connection)}>
                  Try again
                </Button>
              </>
            }
          >
            <b>{one.connection} could not be read.</b> {one.words} {one.problem?.hint ?? ""}{" "}
            {at ? (
              <>
                What is shown of it was read <Ago at={at} />.
              </>
            ) : (
              "Nothing of it is known yet."
            )}
          </Strip>
        );
      })}
      {search.reconcile ? null : (
        <FindingStrips found={found} only={filter} onOnly={setOnly} onMove={() => setMoving(true)} />
      )}
      {all.length > 8 && !search.reconcile ? (
        <input
          ref={find}
          type="search"
          className={styles.find}
          placeholder="Find by address, name, event type…"
          aria-label="Find an endpoint"
          value={typed}
          spellCheck={false}
          onChange={(event) => setTyped(event.target.value)}
        />
      ) : null}
    </>
  );

  // The oldest part counts. A connection without any endpoint has been read, too.
  const times = inScope.map((one) => one.read_at).filter((at) => at !== null);
  const readAll = list.data?.read_at ?? times.sort()[0] ?? null;
  const about = list.data ? (
    <>
      {scope === null
        ? `${counted(all.length, "endpoint")} in ${counted(mine.length, "connection")}`
        : `${counted(all.length, "endpoint")} of ${scope}`}
      {" · "}
      {reading ? (
        "reading…"
      ) : readAll ? (
        <>
          read <Ago at={readAll} />
        </>
      ) : (
        "not read yet"
      )}
    </>
  ) : null;

  return (
    <>
      <Page
        id="endpoints"
        title={scope === null ? "Endpoints" : `Endpoints of ${scope}`}
        about={about}
        detailLabel={open ? `Endpoint ${nameOf(open)}` : undefined}
        onBack={() => go({ id: undefined, tab: undefined })}
        actions={
          <>
            <ActionButton id="reconcile-all" aria-pressed={search.reconcile ?? false}>
              Reconcile
            </ActionButton>
            <ActionButton id="read-endpoints" busy={read.isPending} />
            <ActionButton id="new-endpoint" tone="primary" />
          </>
        }
        notes={notes}
        detail={
          open ? (
            <EndpointDetail
              key={endpointKey(open)}
              endpoint={open}
              provider={provider(open.provider)}
              tab={tabOf(search.tab)}
              onTab={(tab) => go({ tab })}
              onEdit={() => setEditing(true)}
              onClose={() => go({ id: undefined, tab: undefined })}
              onCustody={setCustody}
              notes={
                ownCases.length > 0 ? (
                  <CustodyFindings cases={ownCases} endpoints={all} providers={providers} onCustody={setCustody} />
                ) : null
              }
            />
          ) : null
        }
      >
        {search.reconcile ? (
          <ReconcileAll
            connections={inScope.map((one) => one.name)}
            endpoints={all}
            providers={providers}
            selected={(row) => open?.connection === row.connection && open.id === row.endpoint}
            onOpen={(row) => go({ id: `${row.connection}/${row.endpoint}`, tab: "log" })}
          />
        ) : list.data === undefined ? (
          list.error ? null : (
            <Waiting lines={8} />
          )
        ) : (
          <RowGrid
            label="Endpoints, those with problems first"
            columns={columns}
            total={rows.length}
            rowHeight={48}
            rowAt={(index) => rows[index]}
            keyOf={endpointKey}
            selected={open ? endpointKey(open) : undefined}
            onOpen={(one) => go({ id: addressId(one), ...(search.tab ? {} : { tab: "overview" }) })}
            empty={
              typed || filter ? (
                <EmptyState
                  title="None has that"
                  action={
                    <Button
                      onClick={() => {
                        setTyped("");
                        setOnly(null);
                      }}
                    >
                      Show all
                    </Button>
                  }
                >
                  No endpoint has “{typed}” in its address, name, connection or event types.
                </EmptyState>
              ) : mine.length === 0 ? (
                <EmptyState title="No connection yet" action={<ActionButton id="new-connection" tone="primary" />}>
                  Connect a provider, and its endpoints stand here: state, events, secret, delivery log.
                </EmptyState>
              ) : (
                <EmptyState title="No endpoint yet" action={<ActionButton id="new-endpoint" tone="primary" />}>
                  {reading ? "Reading at the provider…" : "The providers know of none. Make the first one here."}
                </EmptyState>
              )
            }
          />
        )}
      </Page>
      {search.new ? (
        <EndpointForm
          key="new"
          connections={mine}
          providers={providers}
          preferred={scope ?? undefined}
          others={all}
          onClose={() => go({ new: undefined })}
          onCustody={setCustody}
          onDone={(made) => go({ new: undefined, ...(made ? { id: addressId(made), tab: "overview" } : {}) })}
        />
      ) : null}
      {editing && open ? (
        <EndpointForm
          key={endpointKey(open)}
          endpoint={open}
          connections={mine}
          providers={providers}
          others={all}
          onClose={() => setEditing(false)}
          onCustody={setCustody}
          onDone={() => setEditing(false)}
        />
      ) : null}
      {moving ? <MoveDialog old={found.old} providers={providers} onClose={() => setMoving(false)} /> : null}
      <CustodyPanel custody={custody} onClose={() => setCustody(null)} />
    </>
  );
}
