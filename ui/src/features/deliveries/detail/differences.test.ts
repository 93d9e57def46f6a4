import { expect, test } from "vitest";
import type { Diagnosis, Search } from "@/generated/api";
import { ageOf } from "./age";
import { coverWords } from "./Causes";
import {
  around,
  bytesOf,
  cutBoth,
  cutSignature,
  mendedWords,
  ranked,
  searchWords,
  seenBlanks,
  share,
  sizeWords,
  visibleBytes,
} from "./differences";

test.each([
  ['{"a": 1}', '{"a":1}', ['{"a":', " ", "1}"], ['{"a":', "", "1}"]],
  ["abc", "abc", ["abc", "", ""], ["abc", "", ""]],
  ["", "x", ["", "", ""], ["", "x", ""]],
  ["a\\x0a", "a\\x0d\\x0a", ["a", "", "\\x0a"], ["a", "\\x0d", "\\x0a"]],
  ["aaa", "aa", ["aa", "a", ""], ["aa", "", ""]],
  ["\\x0a", "\\x0b", ["", "\\x0a", ""], ["", "\\x0b", ""]],
])("%j beside %j", (received, signed, left, right) => {
  const cut = cutBoth(received, signed);
  expect(Object.values(cut.received)).toEqual(left);
  expect(Object.values(cut.signed)).toEqual(right);
  expect(Object.values(cut.received).join("")).toBe(received);
  expect(Object.values(cut.signed).join("")).toBe(signed);
});

test("a signature is marked where it leaves the other", () => {
  expect(cutSignature("v1=abcdef99", "v1=abXdef99")).toEqual({ before: "v1=ab", differs: "cdef", after: "99" });
  expect(cutSignature("same", "same").differs).toBe("");
  expect(cutSignature("alone", undefined).differs).toBe("");
});

test.each([
  ["body", 10, 10, "both 10 bytes"],
  ["body", 1312, 1298, "1,312 bytes came, 1,298 were signed: 14 added on the way"],
  ["body", 70, 71, "70 bytes came, 71 were signed: 1 lost on the way"],
  ["url", 22, 23, "22 bytes here, 23 signed"],
])("%s: %i came, %i signed", (what, received_size, signed_size, words) =>
  expect(sizeWords({ what, received_size, signed_size })).toBe(words),
);

test("blanks that differ are seen", () => expect(seenBlanks(" a ")).toBe("␣a␣"));

test.each([
  [{ checked: 12, valid: 11 }, "12 deliveries checked again, 11 are valid now."],
  [{ checked: 12, valid: 12 }, "12 deliveries checked again, all are valid now."],
  [{ checked: 3, valid: 1 }, "3 deliveries checked again, 1 is valid now."],
  [{ checked: 3, valid: 0 }, "3 deliveries checked again, none is valid yet."],
  [{ checked: 1, valid: 1 }, "1 delivery checked again, it is valid now."],
  [{ checked: 1, valid: 0 }, "1 delivery checked again, it is not valid yet."],
  [{ checked: 0, valid: 0 }, "No failed delivery was left to check again."],
])("%j", (result, words) => expect(mendedWords(result)).toBe(words));

const search = (state: Search["state"], tried: number, elapsed_ms: number): Search => ({
  state,
  tried,
  total: 9_412,
  tried_list: [],
  not_tried: [],
  elapsed_ms,
});
test("a search says where it stands", () => {
  expect(searchWords(search("complete", 9_412, 1_840))).toBe("9,412 ways tried in 1.8 s. That is all there are.");
  expect(searchWords(search("more", 1, 250))).toBe("1 way of 9,412 tried in 250 ms.");
  expect(searchWords(search("running", 2_000, 900))).toBe("2,000 ways of 9,412 tried so far.");
  expect(searchWords(search("cancelled", 2_000, 900))).toBe("Stopped after 2,000 of 9,412 ways.");
  expect(share({ tried: 5, total: 0 })).toBe(0);
  expect(share({ tried: 9, total: 3 })).toBe(1);
});

test.each([
  [2, 300, true, "2 s before receipt, tolerance 5 min"],
  [-4, 300, true, "4 s after receipt, tolerance 5 min"],
  [3_900, 300, false, "1 h 5 min before receipt: 1 h beyond the tolerance of 5 min"],
  [5, null, null, "5 s before receipt, no limit"],
] as const)("an age of %i s", (age, tolerance, within, words) => {
  const answer = ageOf(age, tolerance);
  expect(answer.within).toBe(within);
  expect(answer.words).toBe(words);
  expect(answer.at).toBeGreaterThanOrEqual(0);
  expect(answer.at).toBeLessThanOrEqual(1);
  if (age > 0 && tolerance !== null) expect(answer.at).toBeLessThan(0.5);
});

test("a cause is shown once", () => {
  const cause = (code: string, explanation: string) => ({ code, explanation }) as Diagnosis;
  expect(ranked([cause("a", "x"), cause("b", "y"), cause("a", "x")]).map((one) => one.code)).toEqual(["a", "b"]);
});

test("what a mend covers", () => {
  const action = { kind: "use_scheme", scheme: "stripe", label: "" } as const;
  expect(coverWords(action, 0)).toBe("Then this delivery is checked again.");
  expect(coverWords(action, 1)).toContain("the other one that failed");
  expect(coverWords(action, 30)).toContain("the 30 others");
  expect(coverWords({ kind: "sign_again", label: "" }, 30)).toBe("");
});

test("a difference is shown in its place in the body", () => {
  const one = (offset: number, received: string) => ({ offset, received, signed: "" });
  expect(around([one(5, " ")], 0)).toEqual({ before: [0, 5], after: [6, 14] });
  expect(around([one(100, "\\x0a\\xff")], 0)).toEqual({ before: [86, 14], after: [102, 14] });
  expect(around([one(100, "a".repeat(64))], 0)?.after).toBeNull();
  expect(around([one(5, " "), one(8, " "), one(30, " ")], 1)).toEqual({ before: [6, 2], after: [9, 14] });
  expect(around([one(5, " "), one(8, " ")], 0)?.after).toEqual([6, 2]);
  expect(around([], 0)).toBeNull();
  expect(bytesOf("grün\\x00")).toBe(6);
  expect(visibleBytes(new Uint8Array([0x9c, 0x61, 0x0a, 0xc3]))).toBe("a\\x0a");
  expect(visibleBytes(new TextEncoder().encode("grün"))).toBe("grün");
});

test("a search that found something says so", () =>
  expect(searchWords(search("complete", 2, 1), true)).toBe("Found in 1 ms, after 2 ways."));
