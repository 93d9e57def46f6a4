import { expect, it } from "vitest";
import { rank } from "./rank";

function best(typed: string, among: string[]): string | undefined {
  return among
    .map((text) => ({ text, score: rank(text, typed) }))
    .filter((entry) => entry.score !== null)
    .sort((a, b) => (b.score ?? 0) - (a.score ?? 0))[0]?.text;
}

it.each([
  ["new end", ["New endpoint", "New inbox", "Send test event"], "New endpoint"],
  ["sett", ["Reset the list", "Settings"], "Settings"],
  ["nep", ["Settings", "New endpoint"], "New endpoint"],
  ["zzz", ["Settings"], undefined],
])("%s finds the right one", (typed, among, expected) => expect(best(typed, among)).toBe(expected));
