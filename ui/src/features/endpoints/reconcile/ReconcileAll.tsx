// The logs of all endpoints beside what is here: one row for each, those with problems first.
import type { UseQueryResult } from "@tanstack/react-query";
import { useMemo } from "react";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import type { Endpoint, ProviderInfo, Reconciliation } from "@/generated/api";
import { count, counted } from "@/lib/format";
import { nameOf, shortTitle } from "../operations";
import { Ago, pageStyles } from "../Page";
import { type GridColumn, RowGrid, Stack } from "../RowGrid";
import { FigureLine } from "./Figures";
import styles from "./Reconcile.module.css";
import { ENTRIES, figuresOf, spanWords, worstFirst } from "./reconcile";
import { SpanPicker } from "./SpanPicker";
import { useReconcileAll, useSince } from "./useReconcile";

interface Row {
  connection: string;
  found: Reconciliation;
  endpoint: Endpoint | undefined;
}

/** What the matter is with one endpoint's log, in a word. */
export function judged({ failure, missing, arrived, accepted, pending, sent }: Reconciliation): {
  word: string;
  sign: string;
  tone: "bad" | "warn" | "ok" | "none" | "info";
} {
  if (failure) return { word: "Not read", sign: "✕", tone: "bad" };
  if (missing > 0) return { word: "Missing", sign: "!", tone: "warn" };
  if (arrived > accepted) return { word: "Refused", sign: "✕", tone: "bad" };
  if (pending > 0) return { word: "Pending", sign: "…", tone: "info" };
  return sent === 0 ? { word: "Nothing", sign: "–", tone: "none" } : { word: "All here", sign: "✓", tone: "ok" };
}

const number = (value: number, tone?: string) => <span className={value > 0 ? tone : "muted"}>{count(value)}</span>;

export function ReconcileAll({
  connections,
  endpoints,
  providers,
  selected,
  onOpen,
}: {
  connections: readonly string[];
  endpoints: readonly Endpoint[];
  providers: readonly ProviderInfo[];
  selected: (row: { connection: string; endpoint: string }) => boolean;
  onOpen: (row: { connection: string; endpoint: string }) => void;
}) {
  const [since, setSince] = useSince();
  const asked = useReconcileAll(connections, since, ENTRIES.first);
  const stamp = asked.map((one) => one.dataUpdatedAt).join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` is another array each time; the stamps tell
  const rows = useMemo(() => {
    const known = new Map(endpoints.map((one) => [`${one.connection}\n${one.id}`, one]));
    const all = asked.flatMap((one, at): Row[] => {
      const connection = connections[at] ?? "";
      return (one.data ?? []).map((found) => ({
        connection,
        found,
        endpoint: known.get(`${connection}\n${found.endpoint}`),
      }));
    });
    return worstFirst(all);
  }, [stamp, endpoints, connections.join("\n")]);
  const oldest = asked.reduce((least, one) => Math.min(least, one.dataUpdatedAt || least), Number.MAX_SAFE_INTEGER);
  const reading = asked.filter((one) => one.isFetching).length;
  const failed = asked
    .map((one, at) => ({ connection: connections[at] ?? "", one }))
    .filter(
      (entry): entry is { connection: string; one: UseQueryResult<Reconciliation[], Error> } => entry.one.isError,
    );
  const providerOf = (row: Row) => providers.find((one) => one.id === row.endpoint?.provider);
  const columns: GridColumn<Row>[] = [
    {
      id: "state",
      head: "State",
      track: "84px",
      cell: ({ found }) => {
        const state = judged(found);
        return (
          <Badge tone={state.tone} title={found.failure?.message ?? ""}>
            <span aria-hidden="true">{state.sign}</span> {state.word}
          </Badge>
        );
      },
    },
    {
      id: "endpoint",
      head: "Endpoint",
      track: "minmax(0, 1fr)",
      cell: (row) => (
        <Stack>
          <span title={row.found.url}>
            <b>{row.endpoint ? nameOf(row.endpoint) : row.found.url.replace(/^https?:\/\//, "")}</b>
          </span>
          <span className={row.found.failure ? pageStyles.bad : "muted"} title={row.found.failure?.message}>
            {row.found.failure
              ? row.found.failure.message
              : [
                  shortTitle(providerOf(row), ""),
                  row.connection,
                  row.endpoint?.label ? row.found.url.replace(/^https:\/\//, "") : "",
                ]
                  .filter(Boolean)
                  .join(" · ")}
          </span>
        </Stack>
      ),
    },
    { id: "sent", head: "Sent", track: "44px", end: true, from: 440, cell: ({ found }) => number(found.sent) },
    { id: "arrived", head: "Arrived", track: "52px", end: true, from: 500, cell: ({ found }) => number(found.arrived) },
    {
      id: "accepted",
      head: "Accepted",
      track: "60px",
      end: true,
      from: 560,
      cell: ({ found }) => number(found.accepted),
    },
    {
      id: "missing",
      head: "Missing",
      track: "52px",
      end: true,
      cell: ({ found }) => number(found.missing, pageStyles.bad),
    },
    { id: "pending", head: "Pending", track: "54px", end: true, from: 640, cell: ({ found }) => number(found.pending) },
    {
      id: "others",
      head: "Not in the log",
      track: "84px",
      end: true,
      from: 740,
      cell: ({ found }) => number(found.not_in_log.length),
    },
  ];
  const figures = figuresOf(rows.map((row) => row.found));
  return (
    <div className={styles.tab} style={{ paddingTop: 0, minHeight: 0 }}>
      <div className={styles.bar}>
        <SpanPicker value={since} onChange={setSince} />
        <span className="muted" role="status">
          {reading > 0
            ? `Reading the logs of ${counted(reading, "connection")}…`
            : `${counted(rows.length, "endpoint")}, ${spanWords(since)}`}
        </span>
        {reading === 0 && oldest < Number.MAX_SAFE_INTEGER ? (
          <span className="muted">
            read <Ago at={new Date(oldest).toISOString()} />
          </span>
        ) : null}
        <span className={styles.end}>
          <Button
            small
            busy={reading > 0}
            onClick={() => {
              for (const one of asked) void one.refetch();
            }}
          >
            Read the logs again
          </Button>
        </span>
      </div>
      {rows.length > 0 ? (
        <div className={pageStyles.card}>
          <div className={styles.figures}>
            <FigureLine figures={figures} more={rows.some((row) => row.found.more)} title="The providers" />
          </div>
        </div>
      ) : null}
      {failed.map(({ connection, one }) => (
        <div key={connection}>
          <FailureNote problem={one.error} onRetry={() => void one.refetch()} />
        </div>
      ))}
      <div className={styles.grid}>
        {rows.length === 0 && reading > 0 ? (
          <Waiting lines={6} label="Reading the delivery logs" />
        ) : (
          <RowGrid
            label="Endpoints by what is missing"
            columns={columns}
            total={rows.length}
            rowHeight={48}
            rowAt={(index) => rows[index]}
            keyOf={(row) => `${row.connection}\n${row.found.endpoint}`}
            selected={rows
              .filter((row) => selected({ connection: row.connection, endpoint: row.found.endpoint }))
              .map((row) => `${row.connection}\n${row.found.endpoint}`)
              .at(0)}
            onOpen={(row) => onOpen({ connection: row.connection, endpoint: row.found.endpoint })}
            empty={
              <EmptyState title="No endpoint to reconcile">
                {connections.length === 0
                  ? "Connect a provider first: its logs are then read beside what arrived here."
                  : "The providers know of no endpoint."}
              </EmptyState>
            }
          />
        )}
      </div>
    </div>
  );
}
