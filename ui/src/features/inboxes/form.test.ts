import { expect, it } from "vitest";
import type { Inbox, SchemeInfo } from "@/generated/api";
import { answerWarnings, curlLine, draftOfInbox, handshakesOf, headersOf, inboxProblems, inboxUpdate } from "./form";

const inbox: Inbox = {
  name: "mine",
  scheme: "ledger",
  config: {},
  secrets: [],
  answer: { status: 200, headers: [["X-A", "1:2"]], body: "", delay_ms: 0 },
  answer_handshakes: true,
  forward_to: ["http://localhost:3000/a"],
  connection: null,
  endpoint: null,
  created_at: "2026-01-01T00:00:00Z",
  deliveries: 0,
  failed: 0,
  last_received_at: null,
};
const schemes = [{ id: "ledger" }] as SchemeInfo[];
const start = draftOfInbox(inbox);

it("sends only what is another than before", () => {
  expect(inboxUpdate(start, inbox)).toBeNull();
  expect(inboxUpdate({ ...start, scheme: "" }, inbox)).toEqual({ name: "mine", scheme: "" });
  expect(inboxUpdate({ ...start, handshakes: false }, inbox)).toEqual({ name: "mine", answer_handshakes: false });
  expect(inboxUpdate({ ...start, forward: " http://a.example \n\nhttp://b.example" }, inbox)).toEqual({
    name: "mine",
    forward_to: ["http://a.example", "http://b.example"],
  });
  expect(inboxUpdate({ ...start, status: "503", delay: "20" }, inbox)).toEqual({
    name: "mine",
    answer: { status: 503, headers: [["X-A", "1:2"]], body: "", delay_ms: 20 },
  });
});

it.each([
  ["", []],
  [
    "A: 1\nB:2",
    [
      ["A", "1"],
      ["B", "2"],
    ],
  ],
  [
    "A: 1\nA: 2",
    [
      ["A", "1"],
      ["A", "2"],
    ],
  ],
  ["no colon", null],
  [": no name", null],
] as [string, [string, string][] | null][])("headers of %j", (text, expected) => {
  expect(headersOf(text)).toEqual(expected);
});

it.each([
  [{}, []],
  [{ status: "199" }, ["status"]],
  [{ status: "2oo" }, ["status"]],
  [{ delay: "120001" }, ["delay"]],
  [{ delay: "-1" }, ["delay"]],
  [{ headers: "x" }, ["headers"]],
  [{ forward: "ftp://a.example" }, ["forward"]],
  [{ scheme: "none" }, ["scheme"]],
])("problems of %j", (more, expected) => {
  expect(Object.keys(inboxProblems({ ...start, ...more }, schemes))).toEqual(expected);
});

it.each([
  ["200", "0", []],
  ["200", "10000", []],
  ["200", "10001", [false]],
  ["410", "0", [true]],
  ["404", "0", [false]],
  ["429", "0", [false]],
  ["503", "15000", [false, false]],
  ["301", "0", [false]],
  ["", "", []],
])("answering %s after %s ms warns, and asks: %j", (status, delay, grave) => {
  expect(answerWarnings({ status, delay }).map((one) => one.grave)).toEqual(grave);
});

it("a line for the shell", () => {
  expect(curlLine("http://127.0.0.1:4400/", "mine")).toMatch(/^curl -X POST 'http:\/\/127\.0\.0\.1:4400\/in\/mine' /);
});

it("names the handshakes that are answered", () => {
  const slack = { id: "slack", title: "Slack", handshakes: ["url_verification"] } as SchemeInfo;
  const stripe = { id: "stripe", title: "Stripe", handshakes: [] as string[] } as SchemeInfo;
  expect(handshakesOf("slack", [slack, stripe])).toBe("Slack url_verification");
  expect(handshakesOf("stripe", [slack, stripe])).toBeNull();
  expect(handshakesOf("nonesuch", [slack, stripe])).toBeNull();
  expect(handshakesOf("", [])).toContain("Event Grid");
});
