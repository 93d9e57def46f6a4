// Half-filled forms, kept in memory while the window is open: switching views or closing a panel loses nothing that
// was typed. Secrets and tokens never stand here; their fields are empty again when a form is opened anew.
import { useSyncExternalStore } from "react";

const drafts = new Map<string, unknown>();
const listeners = new Set<() => void>();

function changed(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

export function readDraft<T>(key: string): T | undefined {
  return drafts.get(key) as T | undefined;
}

/** Keeps `value` under `key`, unless it says no more than `initial`. */
export function keepDraft<T>(key: string, value: T, initial?: T): void {
  if (initial !== undefined && same(value, initial)) drafts.delete(key);
  else drafts.set(key, value);
  changed();
}

export function dropDraft(key: string): void {
  if (drafts.delete(key)) changed();
}

export interface Draft<T> {
  value: T;
  /** True when it says something else than the form did at first. */
  dirty: boolean;
  change: (patch: Partial<T>) => void;
  /** Back to how the form was at first. */
  drop: () => void;
}

/** The draft under `key`, or `initial` as long as nothing was typed. A newer `initial` shows until then. */
export function useDraft<T extends object>(key: string, initial: T): Draft<T> {
  const kept = useSyncExternalStore(subscribe, () => drafts.get(key) as T | undefined);
  const value = kept ?? initial;
  return {
    value,
    dirty: kept !== undefined,
    // Read anew: two changes in one event must both count.
    change: (patch) => keepDraft(key, { ...(readDraft<T>(key) ?? initial), ...patch }, initial),
    drop: () => dropDraft(key),
  };
}
