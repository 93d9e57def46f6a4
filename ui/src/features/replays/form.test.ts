import { describe, expect, it } from "vitest";
import type { Attempt, ReplayJob, ReplayPlan } from "@/generated/api";
import { answerText } from "./AttemptPanel";
import {
  ageWords,
  emptyReplay,
  idsOf,
  optionsOf,
  planLines,
  type ReplayDraft,
  replayProblems,
  resignWords,
  selectionOf,
  startWords,
} from "./form";
import { attemptWords, firstWords, haltWords, paceWords, progressWords, settled } from "./job";
import { pagesFor, partsOf, placeOf } from "./pages";

const NOW = Date.parse("2026-06-15T12:00:00Z");
const plan = (more: Partial<ReplayPlan> = {}): ReplayPlan => ({
  count: 1204,
  bytes: 0,
  oldest: "2026-06-11T12:00:00.000000000Z",
  newest: "2026-06-15T11:00:00.000000000Z",
  duplicates: 0,
  unsignable: 0,
  cut: 0,
  inboxes: [],
  class: "loopback",
  host: "localhost",
  warnings: [],
  first_method: "POST",
  first_headers: [],
  ...more,
});
const draft = (more: Partial<ReplayDraft> = {}): ReplayDraft => ({
  ...emptyReplay("q", [], "http://t.example"),
  ...more,
});

describe("the plan in words", () => {
  it.each([
    [{}, "4 days to 1 h old"].map((one) => one),
    [{ newest: "2026-06-11T12:00:00Z" }, "4 days old"],
    [{ oldest: null }, ""],
  ] as [Partial<ReplayPlan>, string][])("ages %j", (more, words) => {
    expect(ageWords(plan(more), NOW)).toBe(words);
  });

  it.each([
    ["nothing special", {}, {}, ["Age: 4 days to 1 h old, the oldest is sent first", "Takes at least: 24 s"]],
    ["no rate", { oldest: null }, { rate: "" }, []],
    ["one delivery", { oldest: null, count: 1 }, {}, []],
    [
      "duplicates",
      { oldest: null, duplicates: 1 },
      { rate: "" },
      ["Duplicates: 1 delivery of an event that is in the plan already"],
    ],
    [
      "what can't be signed",
      { oldest: null, unsignable: 2 },
      { rate: "" },
      ["Can't be signed: 2 deliveries without a secret here; left out"],
    ],
    ["verbatim signs nothing", { oldest: null, unsignable: 2 }, { rate: "", resign: false }, []],
    ["cut bodies", { oldest: null, cut: 3 }, { rate: "" }, ["Cut: 3 bodies not kept whole"]],
    [
      "many inboxes",
      { oldest: null, inboxes: [..."abcdefgh"].map((name) => ({ name, count: 1000 })) },
      { rate: "" },
      ["From: a 1,000, b 1,000, c 1,000, d 1,000, e 1,000, f 1,000 and 2 other inboxes"],
    ],
  ] as [string, Partial<ReplayPlan>, Partial<ReplayDraft>, string[]][])("%s", (_, more, how, expected) => {
    const lines = planLines(plan(more), draft(how), NOW);
    expect(lines.map((line) => `${line.label}: ${line.text}`)).toEqual(expected);
  });

  it("says why signing again is better only where it is", () => {
    expect(resignWords(plan(), NOW)).toMatch(/up to 4 days old/);
    expect(resignWords(plan({ oldest: "2026-06-15T11:59:00Z" }), NOW)).toMatch(/fresh timestamp/);
    expect(resignWords(undefined, NOW)).toMatch(/fresh timestamp/);
  });

  it.each([
    [undefined, "Send"],
    [plan({ count: 1 }), "Send 1 delivery"],
    [plan(), "Send 1,204 deliveries"],
  ])("the button", (one, words) => {
    expect(startWords(one, true)).toBe(words);
  });
});

it("the button counts what goes out", () => {
  const some = plan({ count: 40, unsignable: 11 });
  expect(startWords(some, true)).toBe("Send 29 deliveries");
  expect(startWords(some, false)).toBe("Send 40 deliveries");
});

describe("the form", () => {
  it("a selection is these ids and no query", () => {
    expect(selectionOf(draft({ ids: ["3", "4"] }))).toEqual({ ids: ["3", "4"], query: "" });
    expect(selectionOf(draft({ query: " a " }))).toEqual({ ids: [], query: "a" });
    expect(idsOf("3,4,3,,5")).toEqual(["3", "4", "5"]);
    expect(idsOf(undefined)).toEqual([]);
  });

  it("options as the host takes them", () => {
    expect(optionsOf(draft({ rate: "", stop: true, stopAfter: "2", timeout: "2.5", resign: false }))).toEqual({
      target: "http://t.example",
      mode: "verbatim",
      rate: null,
      concurrency: 8,
      retries: 3,
      timeout_ms: 2500,
      stop_after_failures: 2,
    });
  });

  it.each([
    [{}, []],
    [{ target: "" }, ["target"]],
    [{ target: "localhost:3000" }, ["target"]],
    [{ rate: "0" }, ["rate"]],
    [{ rate: "x" }, ["rate"]],
    [{ rate: "0.5" }, []],
    [{ concurrency: "0" }, ["concurrency"]],
    [{ concurrency: "257" }, ["concurrency"]],
    [{ retries: "21" }, ["retries"]],
    [{ timeout: "0" }, ["timeout"]],
    [{ stopAfter: "0" }, []],
    [{ stop: true, stopAfter: "0" }, ["stopAfter"]],
  ])("problems of %j", (more, expected) => {
    expect(Object.keys(replayProblems(draft(more)))).toEqual(expected);
  });
});

const job = (more: Partial<ReplayJob> = {}): ReplayJob => ({
  id: "1",
  title: "q",
  state: "running",
  options: optionsOf(draft()),
  counts: { total: 1204, sent: 746, succeeded: 701, failed: 45, skipped: 0, unknown: 0 },
  created_at: "",
  finished_at: null,
  median_us: null,
  p99_us: null,
  per_second: 48,
  stopped_because: null,
  ...more,
});

describe("a job in words", () => {
  it("how far and how fast", () => {
    expect(progressWords(job())).toBe("746 of 1,204 sent");
    expect(settled(job())).toBe(746);
    expect(paceWords(job())).toBe("48 /s · about 10 s left");
    expect(paceWords(job({ per_second: 0.5 }))).toBe("0.5 /s · about 15 min left");
    expect(paceWords(job({ per_second: null }))).toBe("");
    expect(paceWords(job({ state: "paused" }))).toBe("");
  });

  it.each([
    [{ state: "running" }, null],
    [{ state: "completed" }, null],
    [{ state: "paused" }, /^458 deliveries still to be sent\.$/],
    [{ state: "paused", stopped_because: "The disk is full." }, /^The disk is full\. 458/],
    [{ state: "cancelled" }, /^458 deliveries not sent\./],
    [
      { state: "interrupted", counts: { total: 10, sent: 5, succeeded: 4, failed: 0, skipped: 0, unknown: 1 } },
      /1 delivery may have been sent .* is never sent again by itself\. Resuming sends the 5 that were never sent/,
    ],
  ] as [Partial<ReplayJob>, RegExp | null][])("why it stands still: %j", (more, words) => {
    const told = haltWords(job(more));
    if (words === null) expect(told).toBeNull();
    else expect(told).toMatch(words);
  });

  it.each([
    [{ outcome: "succeeded", status: 200, error: null }, "200"],
    [{ outcome: "failed", status: 422, error: null }, "422"],
    [{ outcome: "no_answer", status: null, error: "timed out after 10 s" }, "timeout"],
    [{ outcome: "no_answer", status: null, error: "connection reset" }, "no answer"],
    [{ outcome: "not_sent", status: null, error: "refused" }, "not sent"],
    [{ outcome: "unknown", status: null, error: null }, "unknown"],
  ] as [Pick<Attempt, "outcome" | "status" | "error">, string][])("an attempt %j", (attempt, word) => {
    expect(attemptWords(attempt).word).toBe(word);
  });

  it("the first answer", () => {
    expect([firstWords(200).tone, firstWords(500).tone, firstWords(0).word]).toEqual(["ok", "bad", "left"]);
  });
});

it("rows of several answers follow one another, and only the pages that are seen are asked for", () => {
  expect(partsOf("1", "failed").map((part) => part.outcome)).toEqual(["failed", "no_answer", "not_sent"]);
  expect(partsOf("1", "changed")[0]?.changed).toBe(true);
  expect(placeOf(0, [2, 0, 3])).toEqual({ part: 0, at: 0 });
  expect(placeOf(2, [2, 0, 3])).toEqual({ part: 2, at: 0 });
  expect(placeOf(5, [2, 0, 3])).toBeNull();
  expect(pagesFor(0, 30, [0])).toEqual(["0:0"]);
  expect(pagesFor(950, 1010, [10_000])).toEqual(["0:0", "0:9", "0:10"]);
  expect(pagesFor(140, 260, [150, 500])).toEqual(["0:0", "1:0", "0:1", "1:1"]);
});

it("an answer is text where it is text, else hex", () => {
  expect(answerText(new TextEncoder().encode('{"ok":"é"}'))).toEqual({ text: '{"ok":"é"}', form: "text" });
  expect(answerText(Uint8Array.of(0, 255, 65))).toEqual({
    text: `000000  00 ff 41${" ".repeat(39)}  ..A`,
    form: "hex",
  });
  expect(answerText(new Uint8Array())).toEqual({ text: "", form: "text" });
  const cut = new Uint8Array(64 * 1024 + 1).fill(0xc3);
  for (let at = 1; at < cut.length; at += 2) cut[at] = 0xa9;
  // The last character of what is shown is cut in two: still text.
  expect(answerText(cut.subarray(1 - 1)).form).toBe("text");
});
