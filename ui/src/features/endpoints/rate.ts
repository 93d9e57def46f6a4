// How many events an endpoint gets: by the provider's log, or by what arrived at its inbox here.
import type { Reconciliation } from "@/generated/api";
import { counted } from "@/lib/format";

const DAY = 86_400_000;

export interface Rate {
  /** Events in the span. */
  total: number;
  /** The span, in milliseconds. */
  over: number;
  /** Who counted them. */
  by: "log" | "deliveries";
}

/** A log that was cut tells only of the time since its oldest entry that was read. */
export function rateOfLog(found: Pick<Reconciliation, "entries" | "more">, asked: number, now: number): Rate {
  const times = found.entries.map((one) => Date.parse(one.entry.sent_at ?? "")).filter((at) => !Number.isNaN(at));
  const oldest = times.reduce((least, at) => Math.min(least, at), now);
  const over = found.more && times.length > 0 ? Math.max(1, now - oldest) : asked;
  return { total: found.entries.length, over, by: "log" };
}

function a(value: number): string {
  return value < 1.5 ? "one" : new Intl.NumberFormat("en").format(Math.round(value));
}

/** `84 events in the last 7 days, about 12 a day`. */
export function rateWords({ total, over }: Rate): string {
  if (total === 0) return "no event in the last 7 days";
  const days = over / DAY;
  const perDay = total / days;
  const span = days >= 6.5 ? "the last 7 days" : days >= 1.5 ? `the last ${Math.round(days)} days` : "the last day";
  const events = counted(total, "event");
  if (days < 0.9) return `about ${a(perDay)} events a day`;
  return perDay < 1 ? `${events} in ${span}` : `${events} in ${span}, about ${a(perDay)} a day`;
}
