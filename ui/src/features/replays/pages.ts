// Attempts by pages: only what is seen is asked for, and what was seen stays until its new text is there.
import { keepPreviousData, useQueries } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { queryKey, usePlatform } from "@/app/host";
import type { Attempt, AttemptList, AttemptsRequest, Failure } from "@/generated/api";
import { blocksOf } from "@/lib/list";

export const PAGE = 100;

export interface Pages {
  total: number | undefined;
  rowAt: (index: number) => Attempt | undefined;
  want: (first: number, end: number) => void;
  error: Failure | null;
}

export function usePages(of: Pick<AttemptsRequest, "job" | "delivery" | "outcome" | "changed">): Pages {
  const platform = usePlatform();
  const [blocks, setBlocks] = useState<readonly number[]>([0]);
  const answers = useQueries({
    queries: blocks.map((block) => {
      const request: AttemptsRequest = { ...of, offset: block * PAGE, limit: PAGE };
      return {
        queryKey: queryKey("replays.attempts", request),
        queryFn: () => platform.call("replays.attempts", request) as Promise<AttemptList>,
        placeholderData: keepPreviousData,
      };
    }),
  });
  const byBlock = new Map(blocks.map((block, at) => [block, answers[at]]));
  const want = useCallback((first: number, end: number) => {
    const next = blocksOf(first, Math.max(end, first + 1), PAGE);
    setBlocks((before) => (before.join() === next.join() ? before : next));
  }, []);
  const known = answers.find((answer) => answer.data !== undefined && !answer.isPlaceholderData)?.data;
  const failed = answers.find((answer) => answer.error !== null);
  return {
    total: known?.total ?? answers[0]?.data?.total,
    rowAt: (index) => {
      const answer = byBlock.get(Math.floor(index / PAGE));
      // The rows of another page must not stand in for these.
      return answer?.isPlaceholderData ? undefined : answer?.data?.attempts[index % PAGE];
    },
    want,
    error: (failed?.error as Failure | undefined) ?? null,
  };
}
