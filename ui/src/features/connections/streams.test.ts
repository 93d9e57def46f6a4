import { expect, it } from "vitest";
import type { LiveStream, ProviderInfo, Support } from "@/generated/api";
import { canListen, heardWords, streamInboxHint, streamInboxProblem, streamLabel } from "./streams";

const stream = (more: Partial<LiveStream>): LiveStream => ({
  connection: "acme",
  inbox: "acme",
  state: "open",
  started_at: "2026-11-21T10:00:00Z",
  heard: 0,
  heard_at: null,
  message: null,
  failure: null,
  ...more,
});

it.each<[Support, boolean]>([
  ["supported", true],
  ["emulated", true],
  // A read that is only a guess may be tried.
  ["unconfirmed", true],
  ["unsupported", false],
])("a stream that is %s is offered: %s", (support, offered) => {
  const provider = { title: "X", operations: [{ operation: "listen", support, note: "" }] } as unknown as ProviderInfo;
  expect(canListen(provider)).toBe(offered);
});

it("a provider without a stream, or without a description, has none to offer", () => {
  expect(canListen({ title: "X", operations: [] } as unknown as ProviderInfo)).toBe(false);
  expect(canListen(undefined)).toBe(false);
});

it("one button starts, stops and starts again", () => {
  expect(streamLabel(undefined)).toBe("Listen to live stream…");
  for (const state of ["connecting", "open", "waiting"] as const)
    expect(streamLabel(stream({ state }))).toBe("Stop listening");
  expect(streamLabel(stream({ state: "failed" }))).toBe("Listen again");
});

it("says how many were heard", () => {
  expect(heardWords(stream({}))).toBe("No event yet");
  expect(heardWords(stream({ state: "failed" }))).toBe("No event was heard");
  expect(heardWords(stream({ heard: 1 }))).toBe("1 event heard");
  expect(heardWords(stream({ heard: 12_408, state: "failed" }))).toBe("12,408 events heard");
});

it("an inbox has a name that the host takes, and is not the one for the rest", () => {
  expect(streamInboxProblem("acme")).toBeUndefined();
  expect(streamInboxProblem("")).toMatch(/needed/);
  expect(streamInboxProblem("Acme")).toMatch(/small letter/);
  expect(streamInboxProblem("unsorted")).toMatch(/of its own/);
  expect(streamInboxHint("acme", [{ name: "acme" }])).toMatch(/there already/);
  expect(streamInboxHint("acme", [])).toMatch(/yet: it is made/);
  expect(streamInboxHint("acme", undefined)).toBe("");
});
