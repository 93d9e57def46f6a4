// Connections: which accounts at which providers, whether they work, adding and removing them.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useAnswer } from "@/app/host";
import { Badge, Dot } from "@/components/Badge";
import { ActionButton } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { shortTitle } from "@/features/endpoints/operations";
import { Ago, Page } from "@/features/endpoints/Page";
import { type GridColumn, RowGrid, Stack } from "@/features/endpoints/RowGrid";
import type { Connection, StreamState } from "@/generated/api";
import { count, counted } from "@/lib/format";
import { AddConnection } from "./AddConnection";
import { ConnectionDetail } from "./ConnectionDetail";
import { baseOf, stateOf } from "./connection";
import own from "./Streams.module.css";
import { STREAM_STATES } from "./streams";

export function ConnectionsView() {
  const navigate = useNavigate();
  const search = useSearch({ from: "/connections" });
  const list = useAnswer("connections.list", {});
  const providers = useAnswer("providers.list", {});
  const streams = useAnswer("streams.list", {});
  const go = (patch: { name?: string | undefined; provider?: string | undefined; new?: true | undefined }) =>
    void navigate({ to: "/connections", search: { ...search, ...patch } });
  const connections = list.data ?? [];
  const open = connections.find((one) => one.name === search.name);
  const provider = (id: string) => providers.data?.find((one) => one.id === id);
  const streamOf = (name: string) => streams.data?.find((one) => one.connection === name);

  const columns: GridColumn<Connection>[] = [
    {
      id: "state",
      head: "State",
      track: "72px",
      cell: (one) => {
        const state = stateOf(one);
        return <Badge tone={state.tone}>{state.word}</Badge>;
      },
    },
    {
      id: "name",
      head: "Connection",
      track: "minmax(0, 1fr)",
      cell: (one) => (
        <Stack>
          <span>
            <b>{one.name}</b> <span className="muted">{shortTitle(provider(one.provider), one.provider)}</span>
          </span>
          <span className="muted" title={baseOf(one, provider(one.provider))}>
            <StreamMark state={streamOf(one.name)?.state} />
            <span className="mono">{baseOf(one, provider(one.provider))}</span>
          </span>
        </Stack>
      ),
    },
    {
      id: "vars",
      head: "Account",
      track: "minmax(0, 0.6fr)",
      from: 640,
      cell: (one) => <span className="mono">{Object.values(one.vars).join(" ") || "–"}</span>,
    },
    {
      id: "endpoints",
      head: "Endpoints",
      track: "68px",
      end: true,
      cell: (one) => count(one.endpoints),
    },
    {
      id: "read",
      head: "Read",
      track: "88px",
      from: 480,
      end: true,
      cell: (one) => (one.read_at === null ? <span className="muted">never</span> : <Ago at={one.read_at} />),
    },
  ];
  return (
    <>
      <Page
        id="connections"
        title="Connections"
        about={list.data ? counted(connections.length, "connection") : null}
        detailLabel={open ? `Connection ${open.name}` : undefined}
        detailWidth={480}
        onBack={() => go({ name: undefined })}
        actions={<ActionButton id="new-connection" tone="primary" />}
        notes={list.error ? <FailureNote problem={list.error} onRetry={() => void list.refetch()} /> : null}
        detail={
          open ? (
            <ConnectionDetail
              key={open.name}
              connection={open}
              provider={provider(open.provider)}
              onClose={() => go({ name: undefined })}
            />
          ) : null
        }
      >
        {list.data === undefined ? (
          list.error ? null : (
            <Waiting lines={6} />
          )
        ) : (
          <RowGrid
            label="Connections"
            columns={columns}
            total={connections.length}
            rowHeight={48}
            rowAt={(index) => connections[index]}
            keyOf={(one) => one.name}
            selected={open?.name}
            onOpen={(one) => go({ name: one.name })}
            empty={
              <EmptyState title="No connection yet" action={<ActionButton id="new-connection" tone="primary" />}>
                Connect a provider to see its endpoints, keep their secrets in the vault and read their delivery logs.
              </EmptyState>
            }
          />
        )}
      </Page>
      {search.new && providers.data ? (
        <AddConnection
          providers={providers.data}
          connections={connections}
          chosen={provider(search.provider ?? "")}
          onChoose={(one) => go({ provider: one?.id })}
          onClose={() => go({ new: undefined, provider: undefined })}
          onMade={(name) => go({ new: undefined, provider: undefined, name })}
        />
      ) : null}
    </>
  );
}

/** That something comes through a connection is seen without opening it. */
function StreamMark({ state }: { state: StreamState | undefined }) {
  if (state === undefined) return null;
  const { word, tone } = STREAM_STATES[state];
  return (
    <span className={own.mark} title="Its live stream">
      <Dot tone={tone} />
      {word}
    </span>
  );
}
