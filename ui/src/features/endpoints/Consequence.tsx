// What stops with an endpoint, in numbers: the events it gets by the provider's log, else by what arrived here, and the
// inbox that waits for them.
import { useQuery } from "@tanstack/react-query";
import { useAnswer, usePlatform } from "@/app/host";
import type { Endpoint, Failure, ProviderInfo } from "@/generated/api";
import { count } from "@/lib/format";
import { ability, shortTitle } from "./operations";
import { type Rate, rateOfLog, rateWords } from "./rate";
import { ENTRIES } from "./reconcile/reconcile";
import { reconcileKey } from "./reconcile/useReconcile";

const WEEK = 7 * 86_400_000;

function useRate(endpoint: Endpoint, provider: ProviderInfo | undefined) {
  const platform = usePlatform();
  const { connection, id, inbox } = endpoint;
  const readable = ability(provider, "log").possible;
  const log = useQuery<Rate | null, Failure>({
    queryKey: ["rate", ...reconcileKey(connection, id, "7d", ENTRIES.first)],
    queryFn: async () => {
      const limit = ENTRIES.first;
      const all = await platform.call("endpoints.reconcile", { connection, endpoint: id, since: "7d", limit });
      return all[0] ? rateOfLog(all[0], WEEK, Date.now()) : null;
    },
    enabled: readable,
    staleTime: 60_000,
  });
  const here = useQuery<Rate, Failure>({
    queryKey: ["rate", inbox],
    queryFn: async () => {
      const set = await platform.call("deliveries.query", { query: `inbox:${inbox} since:7d` });
      await platform.call("deliveries.close", { result: set.id });
      return { total: set.total, over: WEEK, by: "deliveries" };
    },
    enabled: inbox !== null && (!readable || log.isError),
    staleTime: 60_000,
  });
  return { rate: log.data ?? here.data ?? null, asking: log.isFetching || here.isFetching };
}

export function Consequence({ endpoint, provider }: { endpoint: Endpoint; provider: ProviderInfo | undefined }) {
  const { rate, asking } = useRate(endpoint, provider);
  const all = useAnswer("endpoints.list", { connection: null }).data?.endpoints ?? [];
  const title = shortTitle(provider, endpoint.provider);
  const others = all.filter(
    (one) =>
      one.inbox !== null &&
      one.inbox === endpoint.inbox &&
      one.active &&
      (one.id !== endpoint.id || one.connection !== endpoint.connection),
  ).length;
  return (
    <ul style={{ margin: "8px 0 0", paddingLeft: 18, display: "grid", gap: 3 }} aria-label="What stops">
      <li>
        {rate ? (
          <>
            It got <b>{rateWords(rate)}</b>, {rate.by === "log" ? `by ${title}'s log` : "by what arrived here"}.
          </>
        ) : asking ? (
          <span className="muted">Counting what it gets…</span>
        ) : (
          "How many events it gets is not known here."
        )}
      </li>
      <li>
        {endpoint.inbox === null ? (
          "No inbox here waits for them: whatever answers at the address gets none any more."
        ) : others > 0 ? (
          <>
            The inbox <b>{endpoint.inbox}</b> then gets only what {count(others)} other{" "}
            {others === 1 ? "endpoint sends" : "endpoints send"} to it.
          </>
        ) : (
          <>
            The inbox <b>{endpoint.inbox}</b> gets nothing any more.
          </>
        )}
      </li>
    </ul>
  );
}
