// Which schemes fit what was typed.
import type { SchemeInfo } from "@/generated/api";
import { rank } from "@/lib/rank";

/** The best first; without anything typed the user's own first, then by title. */
export function foundSchemes(
  schemes: readonly SchemeInfo[],
  typed: string,
  own: (id: string) => boolean = () => false,
): SchemeInfo[] {
  if (typed.trim() === "")
    return [...schemes].sort(
      (one, other) =>
        Number(own(other.id)) - Number(own(one.id)) ||
        one.title.localeCompare(other.title, "en", { sensitivity: "base" }) ||
        one.id.localeCompare(other.id),
    );
  return schemes
    .map((scheme) => {
      // What a scheme is called counts for more than how it works.
      const named = rank(`${scheme.title} ${scheme.id}`, typed);
      const works = rank(`${scheme.title} ${scheme.header} ${scheme.algorithm}`, typed);
      return { scheme, score: named === null ? works : Math.max(named + 20, works ?? 0) };
    })
    .filter((entry): entry is { scheme: SchemeInfo; score: number } => entry.score !== null)
    .sort((one, other) => other.score - one.score || one.scheme.id.localeCompare(other.scheme.id))
    .map((entry) => entry.scheme);
}
