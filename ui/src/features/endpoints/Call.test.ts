import { expect, it } from "vitest";
import type { DryRunCall } from "@/generated/api";
import { callText } from "./Call";

const call = (more: Partial<DryRunCall> = {}, ...then: DryRunCall[]): DryRunCall => ({
  method: "PATCH",
  url: "https://api.example.com/hooks/1",
  headers: [["authorization", "Bearer {token}"]],
  body: null,
  then,
  ...more,
});

it.each<[string, DryRunCall, string]>([
  ["without a body", call(), "PATCH https://api.example.com/hooks/1\nauthorization: Bearer {token}"],
  ["with an empty body", call({ headers: [], body: "" }), "PATCH https://api.example.com/hooks/1"],
  ["with JSON", call({ headers: [], body: '{"a":1}' }), 'PATCH https://api.example.com/hooks/1\n\n{\n  "a": 1\n}'],
  ["with a form", call({ headers: [], body: "a=1&b=2" }), "PATCH https://api.example.com/hooks/1\n\na=1&b=2"],
])("a call %s", (_, one, text) => {
  expect(callText(one)).toBe(text);
});

it("shows the calls that follow, each whole and in their order", () => {
  const first = { headers: [], body: '{"events":["push"]}' };
  const second: Partial<DryRunCall> = {
    url: "https://api.example.com/hooks/1/config",
    headers: [["accept", "application/json"]],
    body: '{"url":"https://new.example"}',
  };
  const third = call({ method: "GET", headers: [] });
  const text = [
    'PATCH https://api.example.com/hooks/1\n\n{\n  "events": [\n    "push"\n  ]\n}',
    'PATCH https://api.example.com/hooks/1/config\naccept: application/json\n\n{\n  "url": "https://new.example"\n}',
    "GET https://api.example.com/hooks/1",
  ].join("\n\nThen, once that is done:\n\n");
  expect(callText(call(first, call(second), third))).toBe(text);
  // A call that follows may have one of its own.
  expect(callText(call(first, call(second, third)))).toBe(text);
});
