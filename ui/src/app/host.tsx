// How views ask and tell. Keys come from the command table, and so does what a mutation makes stale: no view
// invalidates by hand.
import {
  keepPreviousData,
  QueryClient,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { type CommandName, type Failure, INVALIDATES, READS, type Tag } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import type { Platform, Request, Response } from "@/platform";

export type QueryName = keyof typeof READS;
export type MutationName = Exclude<CommandName, QueryName>;

const PlatformContext = createContext<Platform | null>(null);

export function HostProvider({ platform, children }: { platform: Platform; children: ReactNode }) {
  return <PlatformContext.Provider value={platform}>{children}</PlatformContext.Provider>;
}

export function usePlatform(): Platform {
  const platform = useContext(PlatformContext);
  if (platform === null) throw new Error("no host");
  return platform;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // The host is on this machine: it is always "online", its answers stay good until an event says otherwise, and
      // trying again changes nothing.
      queries: {
        networkMode: "always",
        staleTime: Number.POSITIVE_INFINITY,
        retry: false,
        refetchOnWindowFocus: false,
        refetchOnReconnect: false,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

export function queryKey<N extends QueryName>(name: N, request: Request<N>): readonly [N, Request<N>] {
  return [name, request];
}

/** Makes every answer stale that is made of one of `tags`. */
export function invalidate(client: QueryClient, tags: readonly Tag[]): void {
  if (tags.length === 0) return;
  client.invalidateQueries({
    predicate: (query) => {
      const reads: readonly Tag[] | undefined = READS[query.queryKey[0] as QueryName];
      return reads?.some((tag) => tags.includes(tag)) ?? false;
    },
  });
}

interface AskOptions {
  /** False: do not ask yet. */
  enabled?: boolean;
  /** Show the answer to the question before until the new one is there. */
  keep?: boolean;
}

/** The answer of a query, read again whenever an event or a mutation makes it stale. */
export function useAnswer<N extends QueryName>(
  name: N,
  request: Request<N>,
  options: AskOptions = {},
): UseQueryResult<Response<N>, Failure> {
  const platform = usePlatform();
  return useQuery<Response<N>, Failure, Response<N>, readonly unknown[]>({
    queryKey: queryKey(name, request),
    queryFn: () => platform.call(name, request),
    enabled: options.enabled ?? true,
    ...(options.keep ? { placeholderData: keepPreviousData as never } : {}),
  });
}

/** A mutation; what it makes stale is read again once it is done. */
export function useRun<N extends MutationName>(name: N): UseMutationResult<Response<N>, Failure, Request<N>> {
  const platform = usePlatform();
  const client = useQueryClient();
  return useMutation<Response<N>, Failure, Request<N>>({
    mutationKey: [name],
    mutationFn: (request) => platform.call(name, request),
    onSettled: (_answer, problem) => {
      // A call whose outcome is unknown may have done its work, and one whose secret was refused did: both make the
      // same things stale.
      const code = problem === null ? null : asFailure(problem).code;
      if (code === null || code === "outcome_unknown" || code === "secret_at_risk") {
        const stale: readonly Tag[] = INVALIDATES[name as keyof typeof INVALIDATES] ?? [];
        invalidate(client, stale);
      }
    },
  });
}

/** True once `busy` has lasted longer than a person notices: nothing flashes for what is quick. */
export function useLate(busy: boolean, after = 100): boolean {
  const [late, setLate] = useState(false);
  useEffect(() => {
    if (!busy) {
      setLate(false);
      return;
    }
    const timer = setTimeout(() => setLate(true), after);
    return () => clearTimeout(timer);
  }, [busy, after]);
  return late && busy;
}
