import { describe, expect, it } from "vitest";
import {
  blocksOf,
  type Extent,
  lastTop,
  scaleOf,
  scrollFromTop,
  spacerHeight,
  TALLEST,
  topFromScroll,
  topToShow,
  visibleRange,
} from "./list";

const small: Extent = { rows: 1_000, rowHeight: 34, view: 600 };
const huge: Extent = { rows: 5_000_000, rowHeight: 34, view: 600 };

describe("long lists", () => {
  it.each([
    ["one that fits", small, 34_000, 1],
    ["an empty one", { ...small, rows: 0 }, 0, 1],
    ["exactly the tallest", { rows: TALLEST / 40, rowHeight: 40, view: 600 }, TALLEST, 1],
  ])("%s is not scaled", (_name, extent, height, scale) => {
    expect(spacerHeight(extent)).toBe(height);
    expect(scaleOf(extent)).toBe(scale);
  });

  it("keeps the spacer below the limit and still reaches both ends", () => {
    expect(spacerHeight(huge)).toBe(TALLEST);
    expect(topFromScroll(0, huge)).toBe(0);
    expect(topFromScroll(TALLEST - huge.view, huge)).toBeCloseTo(lastTop(huge), 3);
    expect(scrollFromTop(lastTop(huge), huge)).toBeCloseTo(TALLEST - huge.view, 3);
  });

  it("comes back to the row it left, whatever the scale", () => {
    for (const extent of [small, huge]) {
      for (let n = 0; n < 500; n += 1) {
        const top = (lastTop(extent) * n) / 499;
        expect(topFromScroll(scrollFromTop(top, extent), extent)).toBeCloseTo(top, 2);
      }
    }
  });

  it("places every drawn row inside the spacer, near what is seen", () => {
    for (const extent of [small, huge]) {
      for (let n = 0; n <= 200; n += 1) {
        const top = (lastTop(extent) * n) / 200;
        const scroll = scrollFromTop(top, extent);
        const { first, end } = visibleRange(top, extent);
        expect(first * extent.rowHeight).toBeLessThanOrEqual(top);
        expect(end * extent.rowHeight).toBeGreaterThanOrEqual(
          Math.min(top + extent.view, extent.rows * extent.rowHeight) - 0.001,
        );
        // What `VirtualList` does: shift by the difference between scroll bar and list.
        const y = (end - 1) * extent.rowHeight + scroll - top;
        expect(y - scroll).toBeLessThan(extent.view + 7 * extent.rowHeight);
      }
    }
  });

  it.each([
    [0, 0, 0],
    [0, 340, 0],
    [10, 0, 0],
    [17, 0, 18 * 34 - 600],
    [999, 0, 34_000 - 600],
    [500, 17_000, 17_000],
  ])("shows row %i from %i with the smallest move", (row, top, expected) => {
    expect(topToShow(row, top, small)).toBe(expected);
  });

  it.each([
    [0, 0, []],
    [0, 1, [0]],
    [99, 101, [0, 1]],
    [100, 200, [1]],
  ])("knows the blocks of %i to %i", (first, end, expected) => {
    expect(blocksOf(first, end, 100)).toEqual(expected);
  });
});
