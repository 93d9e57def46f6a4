import { describe, expect, it } from "vitest";
import type { Failure } from "@/generated/api";
import { currentOf, sides } from "./conflict";
import {
  addressOf,
  allWords,
  createRequest,
  draftOf,
  type EndpointDraft,
  emptyDraft,
  freeName,
  groupsOf,
  missing,
  nameProblem,
  problemsOf,
  updateRequest,
  urlDoubts,
  urlOf,
} from "./form";
import { ability, shortTitle } from "./operations";
import { endpoint, provider } from "./samples";

const ledger = provider();
const draft = (more: Partial<EndpointDraft> = {}): EndpointDraft => ({
  ...emptyDraft("acme", ledger, "acme"),
  ...more,
});

describe("a new endpoint's form", () => {
  it("starts as the provider says", () => {
    expect(emptyDraft("acme", ledger, "acme")).toEqual({
      connection: "acme",
      url: "",
      urlTouched: false,
      all: false,
      events: [],
      fields: { name: "", contact: "", status: "ON" },
      inbox: "acme",
    });
    expect(emptyDraft("acme", provider({ all_events: { kind: "wildcard", word: "*" } })).all).toBe(true);
  });

  it.each([
    ["https://t.example", "http://127.0.0.1:4400", { url: "https://t.example/in/acme", reachable: true }],
    ["https://t.example/", null, { url: "https://t.example/in/acme", reachable: true }],
    [null, "http://127.0.0.1:4400", { url: "http://127.0.0.1:4400/in/acme", reachable: false }],
    [null, null, null],
  ])("an inbox is reached under %s, else %s", (publicUrl, listening, expected) => {
    expect(addressOf("acme", publicUrl, listening)).toEqual(expected);
  });

  it("the address follows the inbox until it is typed", () => {
    const address = addressOf("acme", "https://t.example", null);
    expect(urlOf(draft(), address)).toBe("https://t.example/in/acme");
    expect(urlOf(draft({ inbox: "" }), address)).toBe("");
    expect(urlOf(draft({ url: " https://mine.example ", urlTouched: true }), address)).toBe("https://mine.example");
  });

  it("sends what was chosen, in the provider's fields, and nothing empty", () => {
    const filled = draft({ events: ["run.failed"], fields: { name: "n", contact: " ", status: "ON", gone: "x" } });
    expect(createRequest(filled, ledger, "https://x.example", true)).toEqual({
      connection: "acme",
      url: "https://x.example",
      events: ["run.failed"],
      all_events: false,
      label: null,
      fields: { name: "n", status: "ON" },
      inbox: "acme",
      dry_run: true,
    });
    const all = createRequest(draft({ all: true, events: ["run.failed"], inbox: " " }), ledger, "u", false);
    expect([all.events, all.all_events, all.inbox]).toEqual([[], true, null]);
  });

  it("names every gap at its field", () => {
    expect(missing(draft({ connection: "" }), ledger, "")).toEqual({
      connection: "Choose a connection.",
      url: "An address is needed.",
      events: "Choose at least one event type.",
      name: "Name is needed.",
      contact: "Contact is needed.",
    });
    expect(missing(draft({ all: true, fields: { name: "a", contact: "b", status: "ON" } }), ledger, "u")).toEqual({});
  });
});

describe("an edit", () => {
  const before = endpoint();
  const start = draftOf(before, ledger);
  it("starts with what there is; its name stands in the field that keeps it", () => {
    expect(start.fields).toEqual({ name: "consumer", contact: "u-1", status: "ON" });
    expect(updateRequest(start, before, ledger, "7", false)).toBeNull();
  });

  it.each([
    ["the address", { url: "https://new.example" }, { url: "https://new.example", fields: {} }],
    ["event types", { events: ["run.failed"] }, { events: ["run.failed"], fields: {} }],
    ["their order, which is no change", { events: ["run.failed", "run.completed"] }, null],
    ["to all", { all: true }, { all_events: true, fields: {} }],
    ["a field", { fields: { ...start.fields, name: "other" } }, { fields: { name: "other" } }],
    ["a field that can't be changed", { fields: { ...start.fields, contact: "u-2" } }, null],
  ])("sends only %s", (_, patch, expected) => {
    const request = updateRequest({ ...start, ...patch }, before, ledger, "7", false);
    expect(request).toEqual(expected && { connection: "acme", id: "ep_1", revision: "7", dry_run: false, ...expected });
  });

  it("does not ask for what the provider never told", () => {
    const silent = endpoint({ raw: {} });
    expect(missing(draftOf(silent, ledger), ledger, silent.url, silent)).toEqual({});
  });

  it("shows both sides of a conflict", () => {
    const current = endpoint({ url: "https://theirs.example", revision: "8" });
    const failure: Failure = { code: "provider_conflict", message: "", details: { current } };
    expect(currentOf(failure)?.revision).toBe("8");
    expect(currentOf({ ...failure, code: "provider_rejected" })).toBeNull();
    expect(currentOf({ code: "provider_conflict", message: "" })).toBeNull();
    expect(sides({ ...start, url: "https://mine.example" }, before, current, ledger)).toEqual([
      { field: "Address", mine: "https://mine.example", theirs: "https://theirs.example", changedHere: true },
    ]);
  });

  it("tells what only the other side changed, and what is the same by now", () => {
    const current = endpoint({ label: "theirs", events: ["run.failed"], raw: { contact: "u-2", status: "OFF" } });
    const mine = { ...start, events: ["run.failed"], fields: { ...start.fields, name: "mine", contact: "u-3" } };
    expect(sides(mine, before, current, ledger)).toEqual([
      { field: "Name", mine: "mine", theirs: "theirs", changedHere: true },
      // It can't be changed, so nothing sent from here says anything of it.
      { field: "Contact", mine: "u-3", theirs: "u-2", changedHere: false },
      { field: "Status", mine: "ON", theirs: "OFF", changedHere: false },
    ]);
  });
});

it.each([
  ["", ["Runs: run.completed run.failed", "Files: file.processed", "Not in the catalogue: old.word"]],
  ["run fail", ["Runs: run.failed"]],
  ["files", ["Files: file.processed"]],
  ["old", ["Not in the catalogue: old.word"]],
  ["nothing", []],
])("event types found for %j", (typed, expected) => {
  const groups = groupsOf(ledger.events, ["run.failed", "old.word"], typed);
  expect(groups.map((group) => `${group.name}: ${group.types.join(" ")}`)).toEqual(expected);
});

it.each([
  [{ kind: "wildcard", word: "*" } as const, /Sent as \*/],
  [{ kind: "empty" } as const, /empty list/],
  [{ kind: "explicit" } as const, /must be added/],
])("says every event type in the provider's way: %j", (all, words) => {
  expect(allWords(all)).toMatch(words);
});

it.each([
  ["", false, 0],
  ["https://x.example/in/a", false, 0],
  ["http://x.example", false, 1],
  ["http://localhost:4400/in/a", false, 2],
  ["http://localhost:4400/in/a", true, 0],
  ["x.example", false, 1],
  ["https://api.example.com/hooks", false, 1],
])("doubts about %s (provider on this machine: %s)", (url, local, expected) => {
  expect(urlDoubts(url, ledger, [endpoint()], local)).toHaveLength(expected);
});

it.each<[Failure | null, Record<string, string>, boolean]>([
  [null, {}, false],
  [
    { code: "provider_rejected", message: "", fields: [{ field: "url", problem: "must be https" }] },
    { url: "must be https" },
    false,
  ],
  [
    {
      code: "provider_rejected",
      message: "",
      fields: [
        { field: "name", problem: "too long" },
        { field: "name", problem: "taken" },
        { field: "strange", problem: "?" },
      ],
    },
    { name: "too long; taken" },
    true,
  ],
  [
    { code: "already_exists", message: "The inbox acme is in use already." },
    { inbox: "The inbox acme is in use already." },
    false,
  ],
])("the provider's words stand at their fields: %j", (failure, byField, other) => {
  expect(problemsOf(failure, ledger)).toEqual({ byField, other });
});

it.each([
  ["acme", [], "acme"],
  ["acme", ["acme", "acme-2"], "acme-3"],
  ["Ledger EU!", [], "ledger-eu-"],
  ["…", [], "inbox"],
])("a free name for %j beside %j", (wanted, taken, expected) => {
  expect(freeName(wanted, taken)).toBe(expected);
});

it.each([
  ["a.b_c-1", true],
  ["", false],
  ["-a", false],
  ["A", false],
  ["a b", false],
  ["a".repeat(65), false],
])("the name %j", (name, good) => {
  expect(nameProblem(name) === undefined).toBe(good);
});

it.each([
  ["create", true, "", ""],
  ["update", false, "Delete it and make it again.", ""],
  ["list", true, "", "The provider's documents don't confirm this call. Not documented."],
  ["delete", false, "The provider's description is not there.", ""],
] as const)("whether it can %s", (operation, possible, why, note) => {
  expect(ability(ledger, operation)).toEqual({ possible, why, note });
  expect(shortTitle(ledger, "x")).toBe("Ledger");
});
