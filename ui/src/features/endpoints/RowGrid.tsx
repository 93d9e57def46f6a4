// A list of rows with columns, of any length: rows may be on their way still, columns leave when there is no room.
// One tab stop; arrows, J and K, Page and Home keys move, Enter opens. Rows may be chosen: Space, or a click on the mark.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { useActions } from "@/app/actions/registry";
import { Check } from "@/components/icons";
import { VirtualList, type VirtualListHandle, virtualRow } from "@/components/VirtualList";
import { cx } from "@/lib/cx";
import styles from "./RowGrid.module.css";

export interface GridColumn<T> {
  id: string;
  head: string;
  /** Its width, as a CSS grid track. */
  track: string;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the right. */
  end?: boolean;
  /** The column is left out while the list is narrower than this, in pixels. */
  from?: number;
  /** The head is only said, not shown. */
  quiet?: boolean;
}

interface RowGridProps<T> {
  label: string;
  columns: readonly GridColumn<T>[];
  total: number;
  /** The row there; undefined while it is on its way. */
  rowAt: (index: number) => T | undefined;
  keyOf: (row: T) => string;
  selected?: string | undefined;
  onOpen?: ((row: T) => void) | undefined;
  rowHeight?: number;
  onRange?: ((first: number, end: number) => void) | undefined;
  empty?: ReactNode;
  /** Rows can be chosen with it. */
  choice?: Choice<T> | undefined;
  /** False: J and K move only while the list has the focus; another list beside it has them else. */
  everywhere?: boolean;
  /** The row that has the keys. */
  onActive?: ((row: T | undefined) => void) | undefined;
}

export interface Choice<T> {
  /** Undefined: this one can't be chosen. */
  chosen: (row: T) => boolean | undefined;
  onToggle: (row: T) => void;
}

const HEAD = 28;

export function RowGrid<T>(props: RowGridProps<T>) {
  const {
    label,
    total,
    rowAt,
    keyOf,
    selected,
    onOpen,
    rowHeight = 34,
    onRange,
    empty,
    choice,
    onActive,
    everywhere = true,
  } = props;
  const frame = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualListHandle>(null);
  const prefix = useId();
  const [width, setWidth] = useState(0);
  const [active, setActive] = useState(0);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => setWidth(element.clientWidth);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  // The row that was opened from elsewhere (the address, the palette) is where the keys go on.
  const measured = width > 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when another row is opened, and once it is known how much is seen
  useEffect(() => {
    if (selected === undefined || !measured) return;
    for (let at = 0; at < total; at += 1) {
      const row = rowAt(at);
      if (row === undefined || keyOf(row) !== selected) continue;
      setActive(at);
      list.current?.show(at);
      return;
    }
  }, [selected, measured]);

  // A width of nothing is not measured yet.
  const shown = props.columns.filter((column) => width === 0 || column.from === undefined || width >= column.from);
  const mark: GridColumn<T> = {
    id: "chosen",
    head: "Chosen",
    quiet: true,
    track: "18px",
    cell: (row) => {
      const chosen = choice?.chosen(row);
      return chosen === undefined ? null : (
        // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/noStaticElementInteractions: Space does the same on the row
        <span
          className={styles.mark}
          data-chosen={chosen}
          onClick={(event) => {
            event.stopPropagation();
            choice?.onToggle(row);
          }}
        >
          {chosen ? <Check size={12} aria-hidden="true" /> : null}
          <span className="sr">{chosen ? "chosen" : "not chosen"}</span>
        </span>
      );
    },
  };
  const columns = choice ? [mark, ...shown] : shown;
  const tracks = { gridTemplateColumns: columns.map((column) => column.track).join(" ") };
  const at = Math.min(active, Math.max(0, total - 1));
  const here = rowAt(at);
  const hereKey = here === undefined ? undefined : keyOf(here);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when it is another row
  useEffect(() => {
    onActive?.(here);
  }, [hereKey]);

  const go = (index: number) => {
    const next = Math.min(total - 1, Math.max(0, index));
    if (next < 0) return;
    setActive(next);
    list.current?.show(next);
  };
  const step = (by: 1 | -1) => {
    // The first press shows where one is; the list has the keys from then on.
    const inside = frame.current?.contains(document.activeElement) ?? false;
    go(inside ? at + by : at);
    list.current?.focus();
  };
  useActions(
    total === 0 || !everywhere
      ? []
      : [
          { id: "list-next", label: "Next row", group: "Lists", keys: ["J"], palette: false, run: () => step(1) },
          {
            id: "list-previous",
            label: "Previous row",
            group: "Lists",
            keys: ["K"],
            palette: false,
            run: () => step(-1),
          },
        ],
  );
  const key = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = list.current?.page() ?? 10;
    const target = {
      ArrowDown: at + 1,
      j: at + 1,
      ArrowUp: at - 1,
      k: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: total - 1,
    }[event.key];
    const row = rowAt(at);
    if (target !== undefined) go(target);
    else if (event.key === "Enter" && row !== undefined && onOpen) onOpen(row);
    else if (event.key === " " && row !== undefined && choice?.chosen(row) !== undefined) choice.onToggle(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const head = (
    <div className={cx(styles.cells, styles.head)} style={tracks} role="row" aria-rowindex={1}>
      {columns.map((column) => (
        <span
          key={column.id}
          role="columnheader"
          className={cx(styles.cell, column.end && styles.last)}
          aria-label={column.quiet ? column.head : undefined}
        >
          {column.quiet ? null : column.head}
        </span>
      ))}
    </div>
  );
  return (
    <div className={styles.frame} ref={frame} data-narrow={width > 0 && width < 620}>
      <VirtualList
        ref={list}
        label={label}
        rows={total}
        rowHeight={rowHeight}
        columns={columns.length}
        multi={choice !== undefined}
        head={total > 0 ? { content: head, height: HEAD } : undefined}
        active={total > 0 ? at : undefined}
        idOf={(index) => `${prefix}-${index}`}
        onRange={onRange}
        onKeyDown={key}
        empty={empty}
        render={(index, style, id) => {
          const row = rowAt(index);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and the keys
            <div
              key={id}
              id={id}
              role="row"
              aria-rowindex={index + 2}
              aria-selected={row !== undefined && (choice ? choice.chosen(row) === true : keyOf(row) === selected)}
              data-active={index === at}
              className={cx(virtualRow, styles.cells, styles.row)}
              style={{ ...style, ...tracks }}
              onClick={() => {
                setActive(index);
                if (row !== undefined) onOpen?.(row);
              }}
            >
              {columns.map((column) => (
                <span key={column.id} role="gridcell" className={cx(styles.cell, column.end && styles.last)}>
                  {row === undefined ? <span className={styles.waiting} /> : column.cell(row)}
                </span>
              ))}
            </div>
          );
        }}
      />
    </div>
  );
}

/** Two lines in one cell. */
export function Stack({ children }: { children: ReactNode }) {
  return <span className={styles.stack}>{children}</span>;
}
