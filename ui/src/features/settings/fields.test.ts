import { expect, it } from "vitest";
import { inOrder } from "./Doctor";
import { bindProblem, bytesOf, bytesText, capProblem, foundFields, isOpen, portProblem } from "./fields";
import { movedAway, vaultStateWords } from "./index";

it.each([
  ["", 13],
  ["port", 1],
  ["tunnel", 2],
  ["keychain", 2],
  ["capture", 4],
  ["zzzz", 0],
])("%j finds %i fields", (typed, many) => {
  expect(foundFields(typed).size).toBe(many);
});

it.each([
  ["32 MiB", 33_554_432],
  ["1kb", 1000],
  ["1.5 MB", 1_500_000],
  ["4096", 4096],
  ["x", null],
  ["", null],
])("bytes of %j", (text, size) => {
  expect(bytesOf(text)).toBe(size);
});

it("a size is written so that it reads back the same", () => {
  for (const size of [33_554_432, 1000, 1024, 1_500_000, 1025, 1024 ** 3]) expect(bytesOf(bytesText(size))).toBe(size);
});

it.each([
  [portProblem, "0", true],
  [portProblem, "65535", true],
  [portProblem, "65536", false],
  [portProblem, "4400x", false],
  [capProblem, "32 MiB", true],
  [capProblem, "1 B", false],
  [capProblem, "2 GiB", false],
  [bindProblem, "127.0.0.1", true],
  [bindProblem, "::1", true],
  [bindProblem, "localhost", false],
] as [(text: string) => string | undefined, string, boolean][])("%o of %s", (check, text, good) => {
  expect(check(text) === undefined).toBe(good);
});

it.each([
  ["127.0.0.1", 4400, "http://127.0.0.1:4400", false],
  ["0.0.0.0", 4400, "http://127.0.0.1:4400", true],
  ["127.0.0.1", 0, "http://127.0.0.1:50123", false],
  ["::1", 4400, "http://[::1]:4400", false],
  ["127.0.0.1", 4400, null, false],
])("set to %s:%i while it listens on %s", (bind, port, listening, moved) => {
  expect(movedAway({ bind, port }, listening)).toBe(moved);
});

it("knows what others can reach, what the vault says, and what is mended first", () => {
  expect([isOpen("127.0.0.1"), isOpen("::1"), isOpen("0.0.0.0")]).toEqual([false, false, true]);
  expect(vaultStateWords(null).word).toBe("Not asked yet");
  expect(vaultStateWords({ state: "hanging", waited_ms: 5000 }).detail).toMatch(/5 s/);
  const line = (name: string, state: string) => ({ name, state, detail: "", mend: "" });
  const lines = [line("a", "ok"), line("b", "problem"), line("c", "warning"), line("d", "problem")];
  expect(inOrder(lines).map((one) => one.name)).toEqual(["b", "d", "c", "a"]);
});
