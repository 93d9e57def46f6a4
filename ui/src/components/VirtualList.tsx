// A list of rows of one height, of any length. Only what is seen is drawn; one tab stop, the active row is named to
// assistive technology. It knows nothing of what the rows are.
import {
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useCallback,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { cx } from "@/lib/cx";
import { clampTop, scaleOf, scrollFromTop, spacerHeight, topFromScroll, topToShow, visibleRange } from "@/lib/list";
import styles from "./VirtualList.module.css";

export interface VirtualListHandle {
  /** Brings a row into view with the smallest move. */
  show: (row: number) => void;
  /** To the very beginning. */
  toStart: () => void;
  focus: () => void;
  /** Whole rows that fit into view. */
  page: () => number;
}

interface VirtualListProps {
  label: string;
  rows: number;
  rowHeight: number;
  /** `grid`: rows of cells; `tree`: items with levels; `listbox`; `none`: plain text such as a hex dump. */
  role?: "grid" | "tree" | "none";
  columns?: number;
  multi?: boolean;
  /** Stands above the rows and stays. In pixels with its height. */
  head?: { content: ReactNode; height: number } | undefined;
  active?: number | undefined;
  /** Must be the `id` of the drawn row. */
  idOf: (row: number) => string;
  render: (row: number, style: CSSProperties, id: string) => ReactNode;
  /** What is drawn now, so that it can be fetched. */
  onRange?: ((first: number, end: number) => void) | undefined;
  /** True while the list stands at its very beginning. */
  onAtStart?: ((atStart: boolean) => void) | undefined;
  onKeyDown?: ((event: KeyboardEvent<HTMLDivElement>) => void) | undefined;
  /** Rows may be wider than the list. */
  wide?: boolean;
  className?: string;
  ref?: Ref<VirtualListHandle>;
  /** What to say when there are no rows. */
  empty?: ReactNode;
}

export function VirtualList(props: VirtualListProps) {
  const { rows, rowHeight, head, role = "grid", active, idOf, render, onRange, onAtStart } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState(600);
  const [top, setTop] = useState(0);
  // The exact position: a scaled scroll bar is too coarse to hold it.
  const exactTop = useRef(0);
  const ownScroll = useRef(-1);
  const headHeight = head?.height ?? 0;
  const extent = { rows, rowHeight, view: Math.max(rowHeight, view - headHeight) };
  const latest = useRef(extent);
  latest.current = extent;

  const moveTo = useCallback((next: number) => {
    const now = latest.current;
    exactTop.current = clampTop(next, now);
    const element = scroller.current;
    if (element) {
      element.scrollTop = scrollFromTop(exactTop.current, now);
      ownScroll.current = element.scrollTop;
    }
    setTop(exactTop.current);
  }, []);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => setView(element.clientHeight || 600);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // Not through React: its wheel listeners are passive, and a scaled list must take the wheel over.
    const wheel = (event: WheelEvent) => {
      if (event.ctrlKey || scaleOf(latest.current) === 1) return;
      event.preventDefault();
      const unit = event.deltaMode === 1 ? latest.current.rowHeight : event.deltaMode === 2 ? latest.current.view : 1;
      moveTo(exactTop.current + event.deltaY * unit);
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", wheel);
    };
  }, [moveTo]);

  const held = clampTop(top, extent);
  const { first, end } = visibleRange(held, extent);
  useLayoutEffect(() => {
    onRange?.(first, end);
  }, [onRange, first, end]);
  const atStart = held < 1;
  useLayoutEffect(() => {
    onAtStart?.(atStart);
  }, [onAtStart, atStart]);

  useImperativeHandle(
    props.ref,
    () => ({
      show: (row) => moveTo(topToShow(row, exactTop.current, latest.current)),
      toStart: () => moveTo(0),
      focus: () => scroller.current?.focus({ preventScroll: true }),
      page: () => Math.max(1, Math.floor(latest.current.view / latest.current.rowHeight) - 1),
    }),
    [moveTo],
  );

  const scroll = () => {
    const element = scroller.current;
    if (element === null || Math.abs(element.scrollTop - ownScroll.current) < 1) return;
    ownScroll.current = -1;
    exactTop.current = topFromScroll(element.scrollTop, latest.current);
    setTop(exactTop.current);
  };

  const shift = scrollFromTop(held, extent) - held;
  const drawn: ReactNode[] = [];
  for (let row = first; row < end; row += 1) {
    drawn.push(render(row, { transform: `translateY(${row * rowHeight + shift}px)`, height: rowHeight }, idOf(row)));
  }
  const activeSeen = active !== undefined && active >= first && active < end;
  const spaces = role === "grid" ? "rowgroup" : "presentation";
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useAriaPropsSupportedByRole: the role is chosen by the caller
    <div
      ref={scroller}
      className={cx(styles.scroller, props.wide && styles.wide, props.className)}
      role={role === "none" ? "group" : role}
      aria-label={props.label}
      aria-rowcount={role === "grid" ? rows + (head ? 1 : 0) : undefined}
      aria-colcount={role === "grid" ? props.columns : undefined}
      aria-multiselectable={role === "grid" && props.multi ? true : undefined}
      aria-activedescendant={activeSeen ? idOf(active) : undefined}
      tabIndex={0}
      onScroll={scroll}
      onKeyDown={props.onKeyDown}
    >
      {head ? (
        <div className={styles.head} role={spaces}>
          {head.content}
        </div>
      ) : null}
      {rows === 0 && props.empty ? (
        <div role={role === "grid" ? "row" : "presentation"}>
          <div role={role === "grid" ? "gridcell" : "presentation"}>{props.empty}</div>
        </div>
      ) : (
        <div className={styles.spacer} role={spaces} style={{ height: spacerHeight(extent) }}>
          {drawn}
        </div>
      )}
    </div>
  );
}

/** The class every drawn row needs. */
export const virtualRow = styles.row ?? "";
