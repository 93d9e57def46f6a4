// Messages that stand for a while at the edge. One per id: the same message again is counted, not stacked. Failures
// stay until they are dismissed.
import { useSyncExternalStore } from "react";
import { ERRORS } from "@/app/words";
import type { Failure } from "@/generated/api";
import { asFailure } from "@/lib/failure";

export interface Toast {
  id: string;
  title: string;
  detail?: string;
  tone: "ok" | "bad" | "info";
  action?: { label: string; run: () => void };
  /** Milliseconds; absent: until dismissed. */
  lasts?: number;
  times: number;
}

type Offer = Omit<Toast, "times" | "id" | "tone"> & { id?: string; tone?: Toast["tone"] };

let toasts: readonly Toast[] = [];
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function toast(offer: Offer): void {
  const id = offer.id ?? offer.title;
  const before = toasts.find((entry) => entry.id === id);
  const same = before !== undefined && before.title === offer.title && before.detail === offer.detail;
  const next: Toast = { lasts: 5_000, tone: "ok", ...offer, id, times: same ? before.times + 1 : 1 };
  set([...toasts.filter((entry) => entry.id !== id), next].slice(-4));
}

export function toastFailure(thrown: unknown): void {
  const problem: Failure = asFailure(thrown);
  const words = ERRORS[problem.code];
  const next: Offer = {
    id: `failure:${problem.code}:${problem.message}`,
    title: words.title,
    detail: [problem.message, problem.hint ?? words.hint].filter(Boolean).join(" "),
    tone: words.alarming ? "bad" : "info",
  };
  // `undefined` overrides the default: a failure stays.
  toast({ ...next, lasts: undefined as never });
}

export function dismiss(id: string): void {
  set(toasts.filter((entry) => entry.id !== id));
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => toasts,
  );
}
