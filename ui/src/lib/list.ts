// The arithmetic of long lists. A page may not be taller than about 16 million pixels, a million rows of 34 are
// twice that: above the limit the scroll bar is scaled and rows are placed by hand, so the thumb covers the whole
// list while wheel and keys still move by rows.

/** The tallest spacer that every web view honours, in pixels. */
export const TALLEST = 16_000_000;

export interface Extent {
  /** Rows in the list. */
  rows: number;
  /** Height of one row, in pixels. */
  rowHeight: number;
  /** Height of the visible part, in pixels. */
  view: number;
}

/** The height of the page that is scrolled. */
export function spacerHeight({ rows, rowHeight }: Extent): number {
  return Math.min(rows * rowHeight, TALLEST);
}

/** How many list pixels one scroll-bar pixel stands for; 1 for lists that fit. */
export function scaleOf(extent: Extent): number {
  const real = extent.rows * extent.rowHeight;
  if (real <= TALLEST) return 1;
  return (real - extent.view) / Math.max(1, TALLEST - extent.view);
}

/** The largest position: the last row stands at the lower edge. */
export function lastTop({ rows, rowHeight, view }: Extent): number {
  return Math.max(0, rows * rowHeight - view);
}

export function clampTop(top: number, extent: Extent): number {
  return Math.min(Math.max(0, top), lastTop(extent));
}

/** The position in the list for a position of the scroll bar. */
export function topFromScroll(scroll: number, extent: Extent): number {
  return clampTop(scroll * scaleOf(extent), extent);
}

/** The position of the scroll bar for a position in the list. */
export function scrollFromTop(top: number, extent: Extent): number {
  return clampTop(top, extent) / scaleOf(extent);
}

/** The rows to be drawn at `top`: from the first up to but without the last. */
export function visibleRange(top: number, extent: Extent, overscan = 6): { first: number; end: number } {
  const first = Math.max(0, Math.floor(top / extent.rowHeight) - overscan);
  const end = Math.min(extent.rows, Math.ceil((top + extent.view) / extent.rowHeight) + overscan);
  return { first: Math.min(first, end), end };
}

/** The smallest move that brings `row` wholly into view. */
export function topToShow(row: number, top: number, extent: Extent): number {
  const above = row * extent.rowHeight;
  const below = above + extent.rowHeight - extent.view;
  if (above < top) return clampTop(above, extent);
  if (below > top) return clampTop(below, extent);
  return clampTop(top, extent);
}

/** The window to ask for so that `[first, end)` is covered, in whole blocks. */
export function blocksOf(first: number, end: number, block: number): number[] {
  if (end <= first) return [];
  const answer: number[] = [];
  for (let at = Math.floor(first / block); at <= Math.floor((end - 1) / block); at += 1) answer.push(at);
  return answer;
}
