import { describe, expect, it } from "vitest";
import { ERROR_CODES, INVALIDATES, READS, REASONS } from "@/generated/api";
import { asFailure, fieldProblem, isFailure } from "@/lib/failure";
import {
  ERRORS,
  ORIGINS,
  REASON_MENDS,
  REASON_SENTENCES,
  UNANSWERED,
  VERDICTS,
  verdictSentence,
  WAY_OUT_LABEL,
} from "./words";

describe("words for every code", () => {
  it.each(ERROR_CODES)("error %s", (code) => {
    const words = ERRORS[code];
    expect(words.title).toMatch(/^[A-Z].*[^.]$/);
    expect(words.hint).toMatch(/\.$/);
    if (words.wayOut !== "none") expect(WAY_OUT_LABEL[words.wayOut]).toBeTruthy();
  });

  it.each(REASONS)("reason %s", (reason) => {
    expect(REASON_SENTENCES[reason]).toMatch(/^[A-Z].*\.$/);
  });

  it("has no words for codes that are gone", () => {
    expect(Object.keys(ERRORS).sort()).toEqual([...ERROR_CODES].sort());
    expect(Object.keys(REASON_SENTENCES).sort()).toEqual([...REASONS].sort());
    for (const reason of Object.keys(REASON_MENDS)) expect(REASONS).toContain(reason);
  });

  it("marks every verdict by sign and word, not by colour alone", () => {
    const signs = Object.values(VERDICTS).map((verdict) => verdict.sign);
    expect(new Set(signs).size).toBe(4);
  });

  it("says how each delivery came, and why nobody was answered", () => {
    expect(ORIGINS.streamed).toBe("From the live stream");
    const words = Object.values(UNANSWERED).map((one) => one.word);
    expect(new Set(words).size).toBe(words.length);
    const noSecret = { reason: "no_secret" } as const;
    expect(verdictSentence({ ...noSecret, origin: "streamed" })).toMatch(/not signed by the provider/);
    expect(verdictSentence({ ...noSecret, origin: "captured" })).toBe(REASON_SENTENCES.no_secret);
  });

  it("knows of every command whether it reads or changes", () => {
    const both = Object.keys(READS).filter((name) => name in INVALIDATES);
    expect(both).toEqual([]);
  });
});

describe("failures", () => {
  it.each([
    [{ code: "disk_full", message: "The disk is full." }, "disk_full"],
    [{ error: { code: "busy", message: "Later." } }, "busy"],
    [{ code: "no such code", message: "?" }, "internal"],
    [new Error("broken"), "internal"],
    ["a text", "internal"],
    [null, "internal"],
  ])("%j becomes one", (thrown, code) => expect(asFailure(thrown).code).toBe(code));

  it("finds the problem of a field", () => {
    const failure = {
      code: "invalid_input" as const,
      message: "No.",
      fields: [{ field: "url", problem: "must be HTTPS" }],
    };
    expect(isFailure(failure)).toBe(true);
    expect(fieldProblem(failure, "url")).toBe("must be HTTPS");
    expect(fieldProblem(failure, "name")).toBeUndefined();
    expect(fieldProblem(null, "url")).toBeUndefined();
  });
});
