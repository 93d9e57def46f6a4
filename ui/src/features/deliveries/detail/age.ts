// The age of a request against the tolerance: in words, and where the mark stands on the bar.
import { span } from "@/lib/format";

export interface Age {
  /** Where the mark stands, from 0 (older than twice the tolerance) to 1 (from as far ahead). */
  at: number;
  /** Absent: there is no limit. */
  within: boolean | null;
  words: string;
}

/** `age`: seconds before receipt; negative: from the future. */
export function ageOf(age: number, tolerance: number | null): Age {
  const lies = age >= 0 ? `${span(age)} before receipt` : `${span(-age)} after receipt`;
  if (tolerance === null) return { at: 0.5, within: null, words: `${lies}, no limit` };
  const within = Math.abs(age) <= tolerance;
  const reach = Math.max(1, tolerance) * 2;
  const at = Math.min(1, Math.max(0, 0.5 - age / reach / 2));
  const over = Math.abs(age) - tolerance;
  const words = within
    ? `${lies}, tolerance ${span(tolerance)}`
    : `${lies}: ${span(over)} beyond the tolerance of ${span(tolerance)}`;
  return { at, within, words };
}
