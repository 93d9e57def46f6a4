// A table of what fits on the page (endpoints, attempts, secrets). A million rows take VirtualList instead.
// Rows that open something can be reached by arrow keys from one tab stop.
import { type KeyboardEvent, type ReactNode, useRef } from "react";
import { cx } from "@/lib/cx";
import styles from "./Table.module.css";

export interface Column<T> {
  id: string;
  head: ReactNode;
  cell: (row: T) => ReactNode;
  /** Numbers stand at the right. */
  end?: boolean;
  width?: number | string;
}

export function Table<T>({
  label,
  columns,
  rows,
  keyOf,
  selected,
  onOpen,
  className,
}: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string;
  selected?: string | undefined;
  onOpen?: ((row: T) => void) | undefined;
  className?: string;
}) {
  const body = useRef<HTMLTableSectionElement>(null);
  const at = Math.max(
    0,
    rows.findIndex((row) => keyOf(row) === selected),
  );
  const key = (event: KeyboardEvent<HTMLTableRowElement>, index: number) => {
    if (event.target !== event.currentTarget) return;
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    const row = rows[index + (step ?? 0)];
    if (step !== undefined && row !== undefined) {
      (body.current?.children[index + step] as HTMLElement | undefined)?.focus();
      event.preventDefault();
    } else if (event.key === "Enter" && row !== undefined) {
      onOpen?.(row);
      event.preventDefault();
    }
  };
  return (
    <section className={cx(styles.wrap, className)} aria-label={label}>
      <table aria-label={label} role={onOpen ? "grid" : undefined}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                className={column.end ? styles.end : undefined}
                style={{ width: column.width }}
                scope="col"
              >
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row, index) => (
            <tr
              key={keyOf(row)}
              className={styles.row}
              data-on={keyOf(row) === selected}
              data-active={onOpen !== undefined}
              {...(onOpen
                ? {
                    tabIndex: index === at ? 0 : -1,
                    "aria-selected": keyOf(row) === selected,
                    onClick: () => onOpen(row),
                    onKeyDown: (event: KeyboardEvent<HTMLTableRowElement>) => key(event, index),
                  }
                : {})}
            >
              {columns.map((column) => (
                <td key={column.id} className={column.end ? styles.end : undefined}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
