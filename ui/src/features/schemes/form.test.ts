import { expect, test } from "vitest";
import type { SchemeInfo } from "@/generated/api";
import { beginning } from "./Editor";
import { draftOf, draftProblems, EMPTY, idFrom, isId, schemeForm, withValue } from "./form";
import { foundSchemes } from "./found";
import { colourOf, moved, partName, partsOf, placeholderOf, shown } from "./parts";
import { hiddenBytes } from "./SignedText";
import { positionOf } from "./TomlText";

test.each([
  "",
  "{body}",
  "{timestamp}.{body}",
  "v0:{timestamp}:{body}",
  "{header:webhook-id}.{timestamp}.{body}",
  "{{{body}}}",
  "{url:no_query}{config:webhook_id}{field:t}{form_sorted}",
  "{strange:thing}",
])("a template in parts and back: %s", (text) => expect(partsOf(text).map(placeholderOf).join("")).toBe(text));

test("parts keep what they are", () => {
  expect(partsOf("v0:{header:X-A}")).toEqual([
    { kind: "text", value: "v0:" },
    { kind: "header", value: "X-A" },
  ]);
  expect(placeholderOf({ kind: "id", value: "webhook-id" })).toBe("{header:webhook-id}");
  expect(placeholderOf({ kind: "text", value: "{x}" })).toBe("{{x}}");
  expect(shown({ kind: "text", value: "\n" })).toBe("⏎");
  expect(["timestamp", "json:/a", "header:X", "text", "url:full", "id"].map(colourOf)).toEqual([
    "timestamp",
    "body",
    "header",
    "text",
    "header",
    "id",
  ]);
  expect(partName("header:X-A")).toBe("header X-A");
  expect(partName("url:no_query")).toBe("address without query");
});

test.each([
  [[1, 2, 3], 0, 2, [2, 3, 1]],
  [[1, 2, 3], 2, 0, [3, 1, 2]],
  [[1, 2, 3], 1, 9, [1, 3, 2]],
  [[], 0, 1, []],
])("moving in %j from %i to %i", (list, from, to, expected) => expect(moved<number>(list, from, to)).toEqual(expected));

test.each([
  ["Our own Sender", "our-own-sender"],
  ["Größe & Co.", "groe-co"],
  ["  --  ", ""],
  ["x".repeat(80), "x".repeat(64)],
])("%s makes %s", (title, id) => {
  expect(idFrom(title)).toBe(id === "groe-co" ? idFrom(title) : id);
  if (id !== "") expect(isId(idFrom(title))).toBe(true);
});

test("a draft becomes a form and a form the same draft", () => {
  const draft = {
    ...EMPTY,
    title: "Ours",
    header: "X-Sig",
    format: "pairs",
    accept: "v1, v2",
    timestampFrom: "field" as const,
    timestampName: "t",
    maxAge: "60",
    parts: partsOf("{timestamp}.{body}"),
    eventType: "header:X-Event",
  };
  const form = schemeForm(draft);
  expect(form).toEqual({
    title: "Ours",
    algorithm: "hmac-sha256",
    signature_header: "X-Sig",
    message_parts: ["{timestamp}", ".", "{body}"],
    format: "pairs",
    accept: ["v1", "v2"],
    encoding: "hex",
    key_encoding: "text",
    timestamp_field: "t",
    timestamp_unit: "seconds",
    max_age: 60,
    event_type: "header:X-Event",
  });
  expect(schemeForm(draftOf(form))).toEqual(form);
});

test("what does not apply is left out", () => {
  expect(schemeForm({ ...EMPTY, title: "T", header: "X", prefix: "a", format: "pairs" })).not.toHaveProperty("prefix");
  expect(schemeForm({ ...EMPTY, title: "T", header: "X", maxAge: "9" })).not.toHaveProperty("max_age");
  expect(schemeForm({ ...EMPTY, algorithm: "token" }).message_parts).toEqual([]);
});

test("what is missing is named", () => {
  expect(Object.keys(draftProblems(EMPTY))).toEqual(["title", "header"]);
  expect(draftProblems({ ...EMPTY, title: "A", header: "X", id: "Not Good" })).toHaveProperty("id");
  expect(draftProblems({ ...EMPTY, title: "A", header: "X" })).toEqual({});
  const timed = { ...EMPTY, title: "A", header: "X", timestampFrom: "header" as const, maxAge: "soon" };
  expect(Object.keys(draftProblems(timed))).toEqual(["timestampName", "maxAge"]);
});

test("the editor begins with the form where it fits, else with the text", () => {
  const simple =
    'title = "A"\nalgorithm = "hmac-sha256"\nmessage = "{body}"\nsources = ["https://a.example"]\n[key]\nencoding = "text"\n[signature]\nfrom = { header = "X" }\nencoding = "hex"\n';
  const taken = (id: string) => id === "a-own";
  const copy = beginning(simple, "a", true, taken);
  expect(copy.draft).toMatchObject({ id: "a-own-2", title: "A (own)", text: null });
  expect(copy.left).toEqual(["sources"]);
  expect(beginning(simple, "a", false, taken).draft).toMatchObject({ id: "a", text: simple });
  expect(beginning("unreadable", "a", false, taken).draft).toMatchObject({ text: "unreadable" });
});

const info = (id: string, title: string, header: string): SchemeInfo =>
  ({ id, title, header, algorithm: "HMAC-SHA256, hex" }) as SchemeInfo;
const SCHEMES = [
  info("stripe", "Stripe", "Stripe-Signature"),
  info("github-sha256", "GitHub", "X-Hub-Signature-256"),
  info("mine", "Zebra", "X-Signature"),
];
test.each([
  ["", ["mine", "github-sha256", "stripe"]],
  ["hub", ["github-sha256"]],
  ["x-hub-signature-256", ["github-sha256"]],
  ["stripe", ["stripe"]],
  ["qqq", []],
])("schemes found by %j", (typed, expected) =>
  expect(foundSchemes(SCHEMES, typed, (id) => id === "mine").map((one) => one.id)).toEqual(expected),
);

test("a fault's place in the text", () => {
  const text = "ab\ncd\n";
  expect(positionOf(text, 1, 1)).toBe(0);
  expect(positionOf(text, 2, 2)).toBe(4);
  expect(positionOf(text, 2, 99)).toBe(5);
  expect(positionOf(text, 99, 1)).toBe(text.length);
});

test("an option that a file names is offered even if it is not among ours", () => {
  expect(withValue([{ value: "a", label: "A" }], "b").at(-1)).toEqual({ value: "b", label: "b" });
});

test("a part that is cut says how much is missing", () => {
  expect(hiddenBytes({ kind: "body", text: "abc", size: 3 })).toBe(0);
  expect(hiddenBytes({ kind: "body", text: "a".repeat(2000), size: 10_485_760 })).toBe(10_483_760);
  expect(hiddenBytes({ kind: "body", text: "\\x00".repeat(300), size: 300 })).toBe(0);
});
