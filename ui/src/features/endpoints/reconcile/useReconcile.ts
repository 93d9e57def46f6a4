// Reading a provider's log beside what is here. It is a call over the network, so it is made when it is looked at, and
// again when asked.
import { type UseQueryResult, useQueries, useQuery } from "@tanstack/react-query";
import { usePlatform } from "@/app/host";
import type { Endpoint, Failure, Reconciliation } from "@/generated/api";
import { useDraft } from "../drafts";
import { ENTRIES, type Since, sinceText } from "./reconcile";

const KEPT = 10 * 60_000;
/** What was read longer ago is read again when it is looked at, in milliseconds. */
const FRESH = 60_000;

export function reconcileKey(connection: string, endpoint: string | null, since: Since, limit: number) {
  return ["endpoints.reconcile", connection, endpoint, since, limit] as const;
}

/** One endpoint's log. */
export function useReconcile(
  connection: string,
  endpoint: string,
  since: Since,
  limit: number,
  enabled: boolean,
): UseQueryResult<Reconciliation | null, Failure> {
  const platform = usePlatform();
  return useQuery<Reconciliation | null, Failure>({
    queryKey: reconcileKey(connection, endpoint, since, limit),
    queryFn: async () => {
      const all = await platform.call("endpoints.reconcile", { connection, endpoint, since: sinceText(since), limit });
      return all[0] ?? null;
    },
    enabled,
    gcTime: KEPT,
    staleTime: FRESH,
  });
}

/** The logs of all endpoints of these connections, one call for each connection, side by side. */
export function useReconcileAll(connections: readonly string[], since: Since, limit: number) {
  const platform = usePlatform();
  return useQueries({
    queries: connections.map((connection) => ({
      queryKey: reconcileKey(connection, null, since, limit),
      queryFn: () =>
        platform.call("endpoints.reconcile", { connection, endpoint: null, since: sinceText(since), limit }),
      gcTime: KEPT,
      staleTime: FRESH,
    })),
  });
}

/** The span of time that is looked at, the same in every view. */
export function useSince(): [Since, (since: Since) => void] {
  const { value, change } = useDraft<{ since: Since }>("reconcile:since", { since: "24h" });
  return [value.since, (since) => change({ since })];
}

/** How many are missing by what was read last; undefined while that is not known. Nothing is asked for it. */
export function useMissing(endpoint: Pick<Endpoint, "connection" | "id">): number | undefined {
  const [since] = useSince();
  const { data } = useReconcile(endpoint.connection, endpoint.id, since, ENTRIES.first, false);
  return data?.missing;
}
