// Connections: which accounts at which providers, whether they work, adding and removing them.
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { useAnswer, usePlatform, useRun } from "@/app/host";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { X } from "@/components/icons";
import { KeyValues } from "@/components/KeyValues";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Time } from "@/components/Time";
import { Ask } from "@/features/endpoints/Ask";
import { VAULT_PLACE } from "@/features/endpoints/custody/words";
import { shortTitle } from "@/features/endpoints/operations";
import { Ago, Page, Strip, pageStyles as styles } from "@/features/endpoints/Page";
import { type GridColumn, RowGrid, Stack } from "@/features/endpoints/RowGrid";
import type { Connection, ConnectionTest, ProviderInfo } from "@/generated/api";
import { count, counted } from "@/lib/format";
import { AddConnection } from "./AddConnection";
import { filled } from "./form";
import { TestResult } from "./TestResult";

function stateOf(connection: Connection): { word: string; tone: "ok" | "bad" | "none" } {
  if (connection.last_error !== null) return { word: "Failing", tone: "bad" };
  return connection.read_at === null ? { word: "Not read", tone: "none" } : { word: "Working", tone: "ok" };
}

export function baseOf(connection: Connection, provider: ProviderInfo | undefined): string {
  return connection.base_url ?? filled(provider?.bases[0]?.url ?? "", connection.vars);
}

export function ConnectionsView() {
  const navigate = useNavigate();
  const search = useSearch({ from: "/connections" });
  const list = useAnswer("connections.list", {});
  const providers = useAnswer("providers.list", {});
  const go = (patch: { name?: string | undefined; provider?: string | undefined; new?: true | undefined }) =>
    void navigate({ to: "/connections", search: { ...search, ...patch } });
  const connections = list.data ?? [];
  const open = connections.find((one) => one.name === search.name);
  const provider = (id: string) => providers.data?.find((one) => one.id === id);

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
          <span className="mono muted" title={baseOf(one, provider(one.provider))}>
            {baseOf(one, provider(one.provider))}
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

/** A source; where it begins with an address, that opens in the system's browser. */
function Source({ text }: { text: string }) {
  const platform = usePlatform();
  const url = /^https:\/\/[^\s)]+/.exec(text)?.[0];
  if (url === undefined) return text;
  return (
    <>
      <button type="button" className={styles.link} onClick={() => platform.openLink(url).catch(toastFailure)}>
        {url}
      </button>
      {text.slice(url.length)}
    </>
  );
}

function ConnectionDetail({
  connection,
  provider,
  onClose,
}: {
  connection: Connection;
  provider: ProviderInfo | undefined;
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const test = useRun("connections.test");
  const remove = useRun("connections.remove");
  const vault = useAnswer("status.get", {}).data?.vault.kind ?? "keychain";
  const [result, setResult] = useState<ConnectionTest | null>(null);
  const [asking, setAsking] = useState(false);
  const title = shortTitle(provider, connection.provider);
  const state = stateOf(connection);
  const auth = provider?.auth.find((form) => form.id === connection.auth);
  useActions([
    {
      id: "test-connection",
      label: "Test connection",
      group: "Connections",
      keys: ["T"],
      run: () => test.mutate({ name: connection.name }, { onSuccess: setResult, onError: toastFailure }),
    },
    {
      id: "remove-connection",
      label: "Remove…",
      group: "Connections",
      words: "delete connection",
      keys: ["Delete"],
      run: () => setAsking(true),
    },
    {
      id: "close-connection",
      label: "Close the detail",
      group: "Connections",
      keys: ["Escape"],
      palette: false,
      run: onClose,
    },
  ]);
  return (
    <>
      <div className={styles.head}>
        <h2>
          {connection.name} <Badge tone={state.tone}>{state.word}</Badge>
          <span className={styles.end}>
            <Button tone="ghost" icon small label="Close the detail" onClick={onClose}>
              <X size={14} />
            </Button>
          </span>
        </h2>
        <div className={styles.address}>
          <span>{provider?.title ?? connection.provider}</span>
        </div>
        <div className={styles.acts}>
          <ActionButton id="test-connection" tone="primary" busy={test.isPending}>
            Test
          </ActionButton>
          <Button onClick={() => void navigate({ to: "/endpoints", search: { connection: connection.name } })}>
            Open its endpoints
          </Button>
          <ActionButton id="remove-connection" tone="danger" />
        </div>
      </div>
      <div className={styles.scroll}>
        <div className={styles.body}>
          {result ? (
            <TestResult test={result} title={title} />
          ) : connection.last_error ? (
            <Strip tone="bad">
              <b>It could not be read the last time.</b> {connection.last_error}
            </Strip>
          ) : null}
          <div className={styles.card}>
            <KeyValues
              entries={[
                [
                  "Base address",
                  <span key="base" className="mono">
                    {baseOf(connection, provider)}
                  </span>,
                ],
                ...Object.entries(connection.vars).map(
                  ([name, value]) =>
                    [
                      provider?.variables.find((variable) => variable.name === name)?.label ?? name,
                      <span key={name} className="mono">
                        {value}
                      </span>,
                    ] as const,
                ),
                [auth?.label ?? "Token", `${VAULT_PLACE[vault]}, never shown`],
                ["Endpoints", count(connection.endpoints)],
                ["Read", connection.read_at === null ? "never" : <Ago key="read" at={connection.read_at} />],
                ["Made", <Time key="made" at={connection.created_at} />],
              ]}
            />
          </div>
          {provider ? (
            <section className={styles.section}>
              <h3>What {title} can do</h3>
              <div className={styles.chips}>
                {provider.operations.map((entry) => (
                  <Badge
                    key={entry.operation}
                    tone={entry.support === "supported" ? "ok" : entry.support === "unsupported" ? "none" : "warn"}
                    title={entry.note || entry.support}
                  >
                    {entry.operation.replace("_", " ")}
                    {entry.support === "supported" ? "" : `: ${entry.support}`}
                  </Badge>
                ))}
              </div>
              {provider.delivery_notes.length > 0 ? (
                <ul className={styles.bullets}>
                  {provider.delivery_notes.map((note) => (
                    <li key={note}>{note}</li>
                  ))}
                </ul>
              ) : null}
              {provider.sources.length > 0 ? (
                <details>
                  <summary>Where these facts come from</summary>
                  <ul className={styles.bullets}>
                    {provider.sources.map((source) => (
                      <li key={source} className="muted" style={{ overflowWrap: "anywhere" }}>
                        <Source text={source} />
                      </li>
                    ))}
                  </ul>
                </details>
              ) : null}
            </section>
          ) : null}
        </div>
      </div>
      {asking ? (
        <Ask
          title={`Remove ${connection.name}?`}
          yes="Remove connection"
          danger
          busy={remove.isPending}
          problem={remove.error}
          onNo={() => setAsking(false)}
          onYes={() =>
            remove.mutate(
              { name: connection.name },
              {
                onSuccess: () => {
                  onClose();
                  toast({ title: "Connection removed", detail: `${connection.name}'s token left the vault.` });
                },
              },
            )
          }
        >
          Its token leaves the vault and its {counted(connection.endpoints, "endpoint")}{" "}
          {connection.endpoints === 1 ? "is" : "are"} no longer shown here. Nothing changes at {title}: it goes on
          sending. Inboxes, their secrets and everything captured stay.
        </Ask>
      ) : null}
    </>
  );
}
