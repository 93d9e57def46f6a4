// Attempts by pages: only what is seen is asked for. A list can be made of several answers of the host, one after the
// other: what failed is what was refused, what was not answered, and what could not be sent.
import { useQueries } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { queryKey, usePlatform } from "@/app/host";
import type { Attempt, AttemptList, AttemptOutcome, AttemptsRequest, Failure, JobId } from "@/generated/api";
import { blocksOf } from "@/lib/list";

export const PAGE = 100;

export type AttemptTab = "all" | "failed" | "changed";
export type Part = Omit<AttemptsRequest, "offset" | "limit">;

const FAILED: readonly AttemptOutcome[] = ["failed", "no_answer", "not_sent"];

/** What the host is asked for a tab. */
export function partsOf(job: JobId, tab: AttemptTab): Part[] {
  const part = { job, delivery: null, outcome: null, changed: tab === "changed" };
  return tab === "failed" ? FAILED.map((outcome) => ({ ...part, outcome })) : [part];
}

/** Where row `index` stands: in which part, at which place. Null past the end. */
export function placeOf(index: number, totals: readonly number[]): { part: number; at: number } | null {
  let before = 0;
  for (let part = 0; part < totals.length; part += 1) {
    const total = totals[part] ?? 0;
    if (index < before + total) return { part, at: index - before };
    before += total;
  }
  return null;
}

/** The pages that hold the rows `[first, end)`, as `part:page`. The first page of each part is always wanted. */
export function pagesFor(first: number, end: number, totals: readonly number[]): string[] {
  const wanted = new Set(totals.map((_, part) => `${part}:0`));
  let before = 0;
  totals.forEach((total, part) => {
    const from = Math.max(0, first - before);
    const to = Math.min(total, end - before);
    for (const page of blocksOf(from, to, PAGE)) wanted.add(`${part}:${page}`);
    before += total;
  });
  return [...wanted];
}

export interface Pages {
  /** Undefined until the first answer is there. */
  total: number | undefined;
  rowAt: (index: number) => Attempt | undefined;
  want: (first: number, end: number) => void;
  error: Failure | null;
  again: () => void;
}

export function usePages(parts: readonly Part[]): Pages {
  const platform = usePlatform();
  const [range, setRange] = useState({ first: 0, end: PAGE });
  const [totals, setTotals] = useState<readonly number[]>(parts.map(() => 0));
  const keys = pagesFor(range.first, range.end, totals);
  const answers = useQueries({
    queries: keys.map((key) => {
      const [part = 0, page = 0] = key.split(":").map(Number);
      const request: AttemptsRequest = { ...(parts[part] as Part), offset: page * PAGE, limit: PAGE };
      return {
        queryKey: queryKey("replays.attempts", request),
        queryFn: (): Promise<AttemptList> => platform.call("replays.attempts", request),
      };
    }),
  });
  const byKey = new Map(keys.map((key, at) => [key, answers[at]?.data]));
  const known = parts.map((_, part) => byKey.get(`${part}:0`)?.total);
  const next = known.map((total) => total ?? 0);
  // What is asked for follows from how many there are: set while drawing, so that no stale page is shown.
  if (next.join() !== totals.join()) setTotals(next);
  const want = useCallback((first: number, end: number) => {
    setRange((before) => (before.first === first && before.end === end ? before : { first, end }));
  }, []);
  const failed = answers.find((answer) => answer.error !== null);
  return {
    total: known.every((total) => total === undefined) ? undefined : next.reduce((sum, total) => sum + total, 0),
    rowAt: (index) => {
      const place = placeOf(index, next);
      if (place === null) return undefined;
      return byKey.get(`${place.part}:${Math.floor(place.at / PAGE)}`)?.attempts[place.at % PAGE];
    },
    want,
    error: (failed?.error as Failure | undefined) ?? null,
    again: () => {
      for (const answer of answers) if (answer.error !== null) void answer.refetch();
    },
  };
}

/** How many rows each tab has. */
export function useTotal(parts: readonly Part[]): number | undefined {
  const platform = usePlatform();
  const answers = useQueries({
    queries: parts.map((part) => {
      const request: AttemptsRequest = { ...part, offset: 0, limit: PAGE };
      return {
        queryKey: queryKey("replays.attempts", request),
        queryFn: (): Promise<AttemptList> => platform.call("replays.attempts", request),
      };
    }),
  });
  if (answers.some((answer) => answer.data === undefined)) return undefined;
  return answers.reduce((sum, answer) => sum + (answer.data?.total ?? 0), 0);
}
