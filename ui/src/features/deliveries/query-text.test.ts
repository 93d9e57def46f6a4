import { describe, expect, it } from "vitest";
import { charactersOf, pieces, quoteValue, unitsOf, withFilter, withoutFields, withRange } from "./query-text";

describe("pieces of a query", () => {
  it.each([
    ["", []],
    ["hello", []],
    ["inbox:a", ["inbox:a"]],
    ["-inbox:a or type:run.*", ["-inbox:a", "type:run.*"]],
    ['body.a.b[0].c:"x y" z', ['body.a.b[0].c:"x y"']],
    ['"a phrase" word', ['"a phrase"']],
    ["(status:>=500 or verdict:invalid)", ["status:>=500", "verdict:invalid"]],
    ['header.X:="a b"', ['header.X:="a b"']],
    ['type:"no end', ['type:"no end']],
  ])("%s", (query, chips) => {
    const found = pieces(query);
    expect(found.filter((piece) => piece.chip).map((piece) => piece.text)).toEqual(chips);
    expect(found.map((piece) => piece.text).join("")).toBe(query);
    for (const piece of found) expect(query.slice(piece.start, piece.start + piece.text.length)).toBe(piece.text);
  });
});

describe("adding and removing filters", () => {
  it.each([
    ["", "inbox:a", "inbox:a"],
    ["inbox:a", "inbox:a", "inbox:a"],
    ["inbox:a", "type:b", "inbox:a type:b"],
    ["inbox:a or inbox:b", "type:c", "(inbox:a or inbox:b) type:c"],
    ['"this or that"', "type:c", '"this or that" type:c'],
    ["order", "type:c", "order type:c"],
  ])("%s narrowed by %s", (query, filter, expected) => expect(withFilter(query, filter)).toBe(expected));

  it("replaces the span of time it had", () => {
    expect(withRange("inbox:a since:2h word until:fri", "S", "U")).toBe("inbox:a word since:S until:U");
    expect(withRange("", "S", "U")).toBe("since:S until:U");
  });

  it("does not pile up parentheses when the span is chosen again", () => {
    const once = withRange("a or b", "1", "2");
    expect(once).toBe("(a or b) since:1 until:2");
    expect(withRange(once, "3", "4")).toBe("(a or b) since:3 until:4");
    expect(withoutFields("since:2h", ["since"])).toBe("");
  });

  it.each([
    ["run.failed", "run.failed"],
    ["two words", '"two words"'],
    ['say "x"', '"say \\"x\\""'],
    [">5", '">5"'],
    ["", '""'],
    ["a,b", '"a,b"'],
    ["2026-11-21T08:00:00Z", "2026-11-21T08:00:00Z"],
  ])("the value %s stands as %s", (value, expected) => expect(quoteValue(value)).toBe(expected));
});

it("counts characters as Rust does", () => {
  expect(unitsOf("a😀b", 2)).toBe(3);
  expect(charactersOf("a😀b", 3)).toBe(2);
  expect(unitsOf("ab", 9)).toBe(2);
});
