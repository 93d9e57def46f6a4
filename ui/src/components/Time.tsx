// An instant: short on the line, everything on hover. And sizes.
import { useSyncExternalStore } from "react";
import { bytes, clock, clockMillis, day, exact, listTime, relative } from "@/lib/format";

let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of listeners) one();
  }, 10_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/** The time of day, renewed every ten seconds for all who show one. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** `clock`: 14:32:07 with the day where it is not today. `list`: the same without seconds on other days. `precise`: with milliseconds. `ago`: 12 s ago. */
export function Time({ at, form = "clock" }: { at: string; form?: "clock" | "list" | "precise" | "ago" }) {
  const current = useNow();
  const date = day(at, current);
  const text =
    form === "ago"
      ? relative(at, Math.max(current, Date.now()))
      : form === "list"
        ? listTime(at, current)
        : `${date ? `${date} ` : ""}${form === "precise" ? clockMillis(at) : clock(at)}`;
  return (
    <time dateTime={at} title={exact(at)}>
      {text}
    </time>
  );
}

export function Bytes({ size }: { size: number }) {
  return <span title={`${size.toLocaleString("en")} bytes`}>{bytes(size)}</span>;
}
