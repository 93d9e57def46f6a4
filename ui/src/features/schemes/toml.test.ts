import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formOf, secretForm, timestampRule } from "./reading";
import { readToml } from "./toml";

const FOLDER = join(import.meta.dirname, "../../../../src-tauri/catalogue/schemes");
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith(".toml"));
const fileOf = (name: string) => readFileSync(join(FOLDER, name), "utf8");

describe("TOML", () => {
  test.each([
    ["a = 1", { a: 1 }],
    ['a = "x\\u00e4\\n"', { a: "xä\n" }],
    ["a = 'C:\\x'", { a: "C:\\x" }],
    ['a = """\none \\\n   two"""', { a: "one two" }],
    ['a = """a "quoted" word"""', { a: 'a "quoted" word' }],
    ['[a.b]\nc = true # yes\n[a.d]\ne = ["x", "y", ]', { a: { b: { c: true }, d: { e: ["x", "y"] } } }],
    ["[[a]]\nb = 1\n[[a]]\nb = 2", { a: [{ b: 1 }, { b: 2 }] }],
    ['a = { b = "c", d = 5 }', { a: { b: "c", d: 5 } }],
    ["a.b = 1_000", { a: { b: 1000 } }],
    ['"k e" = -1\r\n', { "k e": -1 }],
    ["", {}],
  ])("%j", (text, expected) => expect(readToml(text)).toEqual(expected));

  test.each(["a", "a = ", 'a = "b', "[a", "a = 1 b = 2", "a = 1\na = 2", "a = 2026-01-01", 'a = "\\q"'])(
    "not read: %j",
    (text) => expect(readToml(text)).toBeNull(),
  );

  test("a key is never the prototype", () => {
    readToml('[__proto__]\npolluted = "yes"');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe("the catalogue", () => {
  test("is there", () => expect(FILES.length).toBeGreaterThanOrEqual(90));
  test.each(FILES)("%s is read", (name) => {
    const text = fileOf(name);
    expect(readToml(text)).not.toBeNull();
    expect(() => [formOf(text), secretForm(text), timestampRule(text)]).not.toThrow();
  });
  test("most of it fits the form", () => {
    const fitting = FILES.filter((name) => formOf(fileOf(name)) !== null).length;
    expect(fitting / FILES.length).toBeGreaterThan(0.4);
  });
});

test("a file becomes the form that says the same", () => {
  expect(formOf(fileOf("stripe.toml"))).toEqual({
    form: {
      title: "Stripe",
      algorithm: "hmac-sha256",
      signature_header: "Stripe-Signature",
      message_parts: ["{timestamp}", ".", "{body}"],
      format: "pairs",
      separator: ",",
      accept: ["v1"],
      encoding: "hex",
      key_encoding: "text",
      timestamp_field: "t",
      timestamp_unit: "seconds",
      max_age: 300,
      event_type: "json:/type",
      event_id: "json:/id",
      note: expect.stringContaining("whsec_"),
    },
    left: ["sources", "detect"],
  });
});

test.each([
  ["stripe.toml", "Its text as it is, every character of it."],
  ["gitlab-token.toml", "The token itself, as the sender sends it."],
  ["svix-v1.toml", /^Base64, after whsec_/],
])("%s says what its secret looks like", (name, expected) => expect(secretForm(fileOf(name))).toMatch(expected));

test("what the verdict depends on is never dropped", () => {
  const base =
    'title = "A"\nalgorithm = "hmac-sha256"\nmessage = "{body}"\n[signature]\nfrom = { header = "X" }\nencoding = "hex"\n';
  expect(formOf(base)).not.toBeNull();
  for (const more of [
    '[[require]]\nfrom = { header = "Y" }\n',
    '[[body_digest]]\nfrom = { header = "Y" }\nhash = "sha256"\nencoding = "hex"\n',
    '[key]\nencoding = "text"\nderive = "sha256"\n',
    '[timestamp]\nfrom = { json = "/t" }\nunit = "seconds"\n',
    '[timestamp]\nfrom = { header = "T" }\nunit = ["seconds", "milliseconds"]\n',
  ])
    expect(formOf(base + more)).toBeNull();
  expect(formOf(base.replace('from = { header = "X" }', 'from = { header = "X" }\nrepeated = "reject"'))).toBeNull();
  expect(formOf(base.replace('message = "{body}"', 'message = [{ header = ["A", "B"] }]'))).toBeNull();
});
