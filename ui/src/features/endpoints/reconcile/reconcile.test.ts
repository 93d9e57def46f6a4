import { expect, it } from "vitest";
import type { BroughtIn, ReconciledEntry, Reconciliation } from "@/generated/api";
import { rateOfLog, rateWords } from "../rate";
import { judged } from "./ReconcileAll";
import {
  chips,
  chunked,
  failedGroups,
  figuresOf,
  joined,
  missingIds,
  nothingYet,
  outcomeWords,
  shownOf,
  sinceText,
  theirWords,
  waysOf,
  worstFirst,
} from "./reconcile";

const entry = (id: string, more: Partial<ReconciledEntry> = {}, log: Partial<ReconciledEntry["entry"]> = {}) =>
  ({
    entry: {
      id,
      endpoint: "ep",
      event_type: "run.failed",
      event_id: null,
      state: "failed",
      status: "",
      attempts: null,
      response_status: null,
      latency_ms: null,
      error: null,
      sent_at: null,
      next_retry_at: null,
      has_request: false,
      delivery: null,
      raw: {},
      ...log,
    },
    state: "accepted",
    matched_by: null,
    verdict: null,
    status: null,
    later: false,
    ...more,
  }) as ReconciledEntry;

const found = (more: Partial<Reconciliation> = {}): Reconciliation => ({
  endpoint: "ep",
  url: "https://a.example",
  inbox: null,
  sent: 0,
  arrived: 0,
  accepted: 0,
  missing: 0,
  pending: 0,
  not_in_log: [],
  entries: [],
  more: false,
  can_recover: false,
  can_redeliver: false,
  failure: null,
  ...more,
});

it("a chip for each state that occurs, and what each shows", () => {
  const one = found({
    entries: [
      entry("1"),
      entry("2", { state: "missing" }),
      entry("3", { state: "missing" }),
      entry("4", { state: "pending" }),
    ],
  });
  expect(chips(one).map((chip) => [chip.value, chip.count])).toEqual([
    ["all", 4],
    ["accepted", 1],
    ["missing", 2],
    ["pending", 1],
  ]);
  expect(shownOf(one, "missing").map((row) => row.entry.id)).toEqual(["2", "3"]);
  expect(missingIds(one)).toEqual(["2", "3"]);
});

it.each([
  [true, true, ["recover", "redeliver"], /log holds the requests/],
  [true, false, ["recover"], /fetched and kept here as recovered/],
  [false, true, ["redeliver"], /asked to send them again/],
  [false, false, [], /^$/],
] as [boolean, boolean, string[], RegExp][])("recover %s, redeliver %s", (can_recover, can_redeliver, ways, words) => {
  const answer = waysOf({ can_recover, can_redeliver }, "Hub");
  expect(answer.ways).toEqual(ways);
  expect(answer.words).toMatch(words);
});

it.each([
  [0, []],
  [1, [1]],
  [100, [100]],
  [101, [100, 1]],
  [250, [100, 100, 50]],
] as [number, number[]][])("%i entries in calls of at most a hundred", (many, sizes) => {
  const all = Array.from({ length: many }, (_, at) => at);
  expect(chunked(all).map((chunk) => chunk.length)).toEqual(sizes);
  expect(chunked(all).flat()).toEqual(all);
});

it("says what came of it, and each reason once", () => {
  const recovered = (verdict: "valid" | "invalid" | "unchecked") =>
    ({ entry: "x", delivery: "d", verdict, reason: "ok", exact: true }) as BroughtIn["recovered"][number];
  const failed = ["a-1", "a-2", "b"].map((id) => ({
    entry: id,
    failure: {
      code: "provider_not_found" as const,
      message: id === "b" ? "Too old." : `The log has no entry ${id} any more.`,
    },
  }));
  const one: BroughtIn = { ...nothingYet(), recovered: [recovered("valid"), recovered("invalid")], failed };
  const both = joined(one, { ...nothingYet(), redelivered: ["y"], already_here: ["z"] });
  expect(outcomeWords(both, "Hub")).toEqual([
    "2 fetched from the log (1 with a valid signature, 1 invalid)",
    "1 asked for: Hub sends it again",
    "1 here already",
    "3 could not be brought in",
  ]);
  expect(outcomeWords(nothingYet(), "Hub")).toEqual([]);
  expect(failedGroups(failed)).toEqual([
    { message: "The log has no entry it any more.", hint: "", entries: ["a-1", "a-2"] },
    { message: "Too old.", hint: "", entries: ["b"] },
  ]);
});

it("the worst stands first, and each row says why", () => {
  const failure = { code: "provider_failed" as const, message: "503" };
  const rows = [
    found({ endpoint: "fine", sent: 3, arrived: 3, accepted: 3 }),
    found({ endpoint: "empty" }),
    found({ endpoint: "waits", sent: 1, pending: 1 }),
    found({ endpoint: "refuses", sent: 2, arrived: 2, accepted: 1 }),
    found({ endpoint: "one", sent: 2, missing: 1 }),
    found({ endpoint: "many", sent: 9, missing: 9 }),
    found({ endpoint: "mute", failure }),
  ];
  const sorted = worstFirst(rows.map((one) => ({ found: one })));
  expect(sorted.map((row) => [row.found.endpoint, judged(row.found).word])).toEqual([
    ["mute", "Not read"],
    ["many", "Missing"],
    ["one", "Missing"],
    ["refuses", "Refused"],
    ["waits", "Pending"],
    ["fine", "All here"],
    ["empty", "Nothing"],
  ]);
  expect(figuresOf(rows)).toEqual({ sent: 17, arrived: 5, accepted: 4, missing: 10, pending: 1, notInLog: 0 });
});

it.each([
  [{ status: "delivered", response_status: 200 }, "delivered", "delivered · answered 200"],
  [{ response_status: 502, attempts: 3 }, "502", "answered 502 · attempt 3"],
  [{ status: "failed", error: "timeout" }, "failed", "failed · timeout"],
  [{}, "–", ""],
] as [Partial<ReconciledEntry["entry"]>, string, string][])("the provider's words of %j", (log, word, title) => {
  expect(theirWords(entry("1", {}, log))).toEqual({ word, title });
});

it("everything is no bound", () => {
  expect([sinceText("1h"), sinceText("all")]).toEqual(["1h", null]);
});

const NOW = Date.parse("2026-11-21T12:00:00Z");
const DAY = 86_400_000;
it.each([
  [{ total: 0, over: 7 * DAY }, "no event in the last 7 days"],
  [{ total: 1, over: 7 * DAY }, "1 event in the last 7 days"],
  [{ total: 84, over: 7 * DAY }, "84 events in the last 7 days, about 12 a day"],
  [{ total: 1000, over: DAY / 2 }, "about 2,000 events a day"],
  [{ total: 1000, over: 2 * DAY }, "1,000 events in the last 2 days, about 500 a day"],
])("the rate %j", (rate, words) => {
  expect(rateWords({ ...rate, by: "log" })).toBe(words);
});

it("a log that was cut tells only of the time since its oldest entry", () => {
  const entries = ["2026-11-21T11:00:00Z", "2026-11-20T12:00:00Z"].map((sent_at, at) =>
    entry(String(at), {}, { sent_at }),
  );
  expect(rateOfLog({ entries, more: true }, 7 * DAY, NOW)).toEqual({ total: 2, over: DAY, by: "log" });
  expect(rateOfLog({ entries, more: false }, 7 * DAY, NOW).over).toBe(7 * DAY);
});
