import { describe, expect, it } from "vitest";
import type { JsonNode } from "@/generated/api";
import { explainHeader, isCredential } from "./headers";
import { above, endOf, find, foldedAtFirst, plainText, textOf, unfolded } from "./tree";

function nodes(value: unknown, key = "", depth = 0): JsonNode[] {
  const node = (kind: JsonNode["kind"], text: string, children = 0): JsonNode => ({
    depth,
    key,
    kind,
    text,
    children,
    path: key,
    duplicate: false,
  });
  if (Array.isArray(value))
    return [node("array", "", value.length), ...value.flatMap((one, n) => nodes(one, String(n), depth + 1))];
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    return [node("object", "", entries.length), ...entries.flatMap(([name, one]) => nodes(one, name, depth + 1))];
  }
  return [node(value === null ? "null" : (typeof value as "string"), JSON.stringify(value))];
}

const value = { a: 1, b: { c: [true, null, "x y"], d: {} }, e: "end" };
const tree = nodes(value);
const at = (key: string) => tree.findIndex((node) => node.key === key);

describe("the tree", () => {
  it("hides what stands under a folded branch, and nothing else", () => {
    const keys = (folded: number[]) => unfolded(tree, new Set(folded)).map((n) => tree[n]?.key);
    expect(keys([])).toEqual(["", "a", "b", "c", "0", "1", "2", "d", "e"]);
    expect(keys([at("c")])).toEqual(["", "a", "b", "c", "d", "e"]);
    expect(keys([at("b"), at("c")])).toEqual(["", "a", "b", "e"]);
    expect(keys([0])).toEqual([""]);
  });

  it("knows what stands above and where a branch ends", () => {
    expect(above(tree, at("2"))).toEqual([at("c"), at("b"), 0]);
    expect(above(tree, 0)).toEqual([]);
    expect(endOf(tree, at("b"))).toBe(at("e"));
    expect(endOf(tree, 0)).toBe(tree.length);
  });

  it("makes the value of a branch again", () => {
    expect(JSON.parse(textOf(tree, 0))).toEqual(value);
    expect(JSON.parse(textOf(tree, at("c")))).toEqual(value.b.c);
    expect(textOf(tree, at("d"))).toBe("{}");
    expect(textOf(tree, 0)).toBe(JSON.stringify(value, null, 2));
  });

  it("finds keys and values", () => {
    expect(find(tree, "X Y")).toEqual([at("2")]);
    expect(find(tree, "d").map((n) => tree[n]?.key)).toEqual(["d", "e"]);
    expect(find(tree, "")).toEqual([]);
  });

  it("opens small documents whole, and large ones in part", () => {
    expect(foldedAtFirst(tree).size).toBe(0);
    const large = nodes({ rows: Array.from({ length: 1_000 }, (_, n) => ({ n, deep: { x: n } })) });
    expect(unfolded(large, foldedAtFirst(large)).length).toBe(1_002);
  });

  it("copies strings without quotes and numbers as they stand", () => {
    expect(
      plainText({
        depth: 1,
        key: "k",
        kind: "string",
        text: '"a\\n\\"b\\""',
        children: 0,
        path: "k",
        duplicate: false,
      }),
    ).toBe('a\n"b"');
    expect(
      plainText({ depth: 1, key: "k", kind: "number", text: "1.0e400", children: 0, path: "k", duplicate: false }),
    ).toBe("1.0e400");
  });
});

describe("headers", () => {
  it.each([
    ["Content-Type", true],
    ["X-Hub-Signature-256", true],
    ["X-Mynd-Delivery", true],
    ["X-Something-Else", false],
  ])("%s", (name, known) => expect(explainHeader(name) !== undefined).toBe(known));

  it.each([
    ["Authorization", true],
    ["X-Api-Key", true],
    ["X-Gitlab-Token", true],
    ["X-Mynd-Signature", false],
    ["Content-Type", false],
  ])("%s may hold a credential: %s", (name, hidden) => expect(isCredential(name)).toBe(hidden));
});
