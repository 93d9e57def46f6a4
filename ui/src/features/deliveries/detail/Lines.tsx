// Text by lines, of any length: numbered, searched, coloured where it is JSON. Long lines are cut, and say so.
import { type KeyboardEvent, useMemo, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { VirtualList, type VirtualListHandle, virtualRow } from "@/components/VirtualList";
import { cx } from "@/lib/cx";
import { count } from "@/lib/format";
import { plain } from "@/lib/plain";
import detailStyles from "./Detail.module.css";
import { jsonLine, LONGEST } from "./json-line";
import styles from "./Lines.module.css";

export const LINE_HEIGHT = 20;

interface LinesProps {
  text: string;
  label: string;
  json?: boolean;
  /** The line, from 1, where the document breaks. */
  wrong?: number | undefined;
  /** Tools that stand before the search. */
  tools?: React.ReactNode;
}

export function Lines({ text, label, json, wrong, tools }: LinesProps) {
  const lines = useMemo(() => text.split(/\r\n|\n|\r/), [text]);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<VirtualListHandle>(null);
  const hits = useMemo(() => {
    if (typed === "") return [];
    const word = typed.toLowerCase();
    return lines.flatMap((line, n) => (line.toLowerCase().includes(word) ? [n] : []));
  }, [lines, typed]);
  const current = hits.length === 0 ? undefined : hits[at % hits.length];
  const step = (by: number) => {
    if (hits.length === 0) return;
    const next = (at + by + hits.length) % hits.length;
    setAt(next);
    list.current?.show(hits[next] ?? 0);
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === "Enter") step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape" && typed !== "") {
      setTyped("");
      event.stopPropagation();
    }
  };
  return (
    <div className={detailStyles.full}>
      <div className={detailStyles.tools}>
        {tools}
        <input
          aria-label={`Search in ${label.toLowerCase()}`}
          placeholder="Search"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={key}
        />
        <span className="muted" aria-live="polite">
          {typed === ""
            ? ""
            : hits.length === 0
              ? "nothing found"
              : `${(at % hits.length) + 1} of ${count(hits.length)}`}
        </span>
        {wrong !== undefined ? (
          <Button small onClick={() => list.current?.show(wrong - 1)}>
            To line {wrong}
          </Button>
        ) : null}
      </div>
      <VirtualList
        ref={list}
        role="none"
        wide
        className={styles.list ?? ""}
        label={label}
        rows={lines.length}
        rowHeight={LINE_HEIGHT}
        idOf={(row) => `line-${row}`}
        render={(row, style) => {
          const line = lines[row] ?? "";
          const shown = line.length > LONGEST ? line.slice(0, LONGEST) : line;
          return (
            <div
              key={row}
              className={cx(virtualRow, styles.line)}
              style={style}
              data-wrong={row + 1 === wrong}
              data-hit={row === current}
            >
              <span className={styles.number} aria-hidden="true">
                {row + 1}
              </span>
              <span>
                {json ? jsonLine(shown) : plain(shown)}
                {shown.length < line.length ? (
                  <span className={styles.cutNote}>
                    {" "}
                    … {count(line.length - shown.length)} characters more in this line
                  </span>
                ) : null}
              </span>
            </div>
          );
        }}
      />
    </div>
  );
}
