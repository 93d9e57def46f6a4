import { expect, it } from "vitest";
import type { LogEntry } from "@/generated/api";
import { findings, offWords } from "./findings";
import { answerWords, logCounts } from "./log";
import { endpoint } from "./samples";

it("finds what was switched off, old addresses and one address twice", () => {
  const off = endpoint({ id: "1", active: false, failures: 10, url: "https://a.example/1" });
  const paused = endpoint({ id: "2", active: false, failures: 0, url: "https://a.example/2" });
  const old = endpoint({ id: "3", url: "https://old-fox.example/in/mine" });
  const right = endpoint({ id: "4", url: "https://new.example/in/mine" });
  const foreign = endpoint({ id: "5", url: "https://other.example/in/theirs" });
  const twin = endpoint({ id: "6", url: "https://a.example/2" });
  const elsewhere = endpoint({ id: "7", connection: "b", url: "https://a.example/2" });
  const all = [off, paused, old, right, foreign, twin, elsewhere];
  const found = findings(all, [{ name: "mine" }], "https://new.example/");
  expect(found.off).toEqual([off]);
  expect(found.old).toEqual([{ endpoint: old, url: "https://new.example/in/mine" }]);
  expect(found.twice).toEqual([paused, twin]);
  expect(findings(all, [{ name: "mine" }], null).old).toEqual([]);
  expect(findings([endpoint({ url: "no address" })], [], "https://x.example").old).toEqual([]);
});

it.each([
  [{ failures: 10, disabled_reason: null }, "10 failures in a row"],
  [{ failures: 1, disabled_reason: null }, "1 failure in a row"],
  [{ failures: 10, disabled_reason: "too slow" }, "10 failures in a row · too slow"],
  [{ failures: 10, disabled_reason: "10 failures" }, "10 failures"],
  [{ failures: null, disabled_reason: "gone" }, "gone"],
])("why it is off: %j", (one, words) => {
  expect(offWords(one)).toBe(words);
});

const entry = (more: Partial<LogEntry>): LogEntry => ({
  id: "1",
  endpoint: null,
  event_type: null,
  event_id: null,
  state: "unknown",
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
  ...more,
});

it.each([
  [{ response_status: 204 }, "204", "ok"],
  [{ response_status: 500 }, "500", "bad"],
  [{ state: "failed", error: "Request timed out: timeout" }, "timeout", "bad"],
  [{ state: "failed", error: "connection refused" }, "no answer", "bad"],
  [{ state: "pending" }, "waiting", "info"],
  [{ state: "succeeded" }, "accepted", "ok"],
  [{}, "unknown", "none"],
] as [Partial<LogEntry>, string, string][])("the answer of %j", (more, word, tone) => {
  expect(answerWords(entry(more))).toMatchObject({ word, tone });
});

it("counts what arrived and what did not", () => {
  const log = [entry({ delivery: "d-1" }), entry({ state: "failed" }), entry({ delivery: "d-2", state: "failed" })];
  expect(logCounts(log)).toEqual({ sent: 3, here: 2, missing: 1, failed: 2 });
});
