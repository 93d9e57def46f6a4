// A JSON body as a tree. The path of the active node stands above, with what can be done with it.
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { ChevronDown, ChevronRight } from "@/components/icons";
import { VirtualList, type VirtualListHandle, virtualRow } from "@/components/VirtualList";
import type { JsonNode } from "@/generated/api";
import { cx } from "@/lib/cx";
import { count, counted } from "@/lib/format";
import { plain } from "@/lib/plain";
import { quoteValue } from "../query-text";
import detailStyles from "./Detail.module.css";
import { LINE_HEIGHT } from "./Lines";
import styles from "./Lines.module.css";
import { above, find, foldedAtFirst, isBranch, plainText, textOf, unfolded } from "./tree";

const COLOUR: Record<JsonNode["kind"], string> = {
  object: "muted",
  array: "muted",
  string: "s",
  number: "n",
  boolean: "w",
  null: "w",
};

function summary(node: JsonNode): string {
  if (node.kind === "object") return node.children === 0 ? "{}" : `{ ${counted(node.children, "key")} }`;
  if (node.kind === "array") return node.children === 0 ? "[]" : `[ ${counted(node.children, "item")} ]`;
  return node.text.length > 2_000 ? `${node.text.slice(0, 2_000)}…` : node.text;
}

export function JsonTree({
  nodes,
  onFilter,
  tools,
}: {
  nodes: readonly JsonNode[];
  onFilter: (filter: string) => void;
  tools?: React.ReactNode;
}) {
  const [folded, setFolded] = useState(() => foldedAtFirst(nodes));
  const [active, setActive] = useState(0);
  const [typed, setTyped] = useState("");
  const list = useRef<VirtualListHandle>(null);
  const prefix = useId();
  const rows = useMemo(() => unfolded(nodes, folded), [nodes, folded]);
  const hits = useMemo(() => find(nodes, typed), [nodes, typed]);
  const row = rows.indexOf(active);
  const node = nodes[active];
  const arrays = useMemo(() => {
    // Which parents are arrays, so that an index is not drawn like a key.
    const answer = new Set<number>();
    const stack: number[] = [];
    nodes.forEach((one, n) => {
      stack.length = one.depth;
      const parent = stack[one.depth - 1];
      if (parent !== undefined && nodes[parent]?.kind === "array") answer.add(n);
      stack[one.depth] = n;
    });
    return answer;
  }, [nodes]);

  const toggle = (n: number, close?: boolean) => {
    const one = nodes[n];
    if (one === undefined || !isBranch(one)) return;
    const next = new Set(folded);
    if (close ?? !next.has(n)) next.add(n);
    else next.delete(n);
    setFolded(next);
  };
  const show = (n: number) => {
    const around = above(nodes, n).filter((one) => folded.has(one));
    let visible = rows;
    if (around.length > 0) {
      const next = new Set(folded);
      for (const one of around) next.delete(one);
      setFolded(next);
      visible = unfolded(nodes, next);
    }
    setActive(n);
    const target = visible.indexOf(n);
    // After the list knows of the rows that were unfolded.
    requestAnimationFrame(() => list.current?.show(Math.max(0, target)));
  };
  const move = (target: number) => {
    const n = rows[Math.min(rows.length - 1, Math.max(0, target))];
    if (n !== undefined) show(n);
  };
  const key = (event: KeyboardEvent) => {
    const page = list.current?.page() ?? 10;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page }[event.key];
    if (step !== undefined) move(row + step);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(rows.length - 1);
    else if (event.key === "ArrowRight" && node) {
      if (folded.has(active)) toggle(active, false);
      else if (isBranch(node)) move(row + 1);
    } else if (event.key === "ArrowLeft" && node) {
      const parent = above(nodes, active)[0];
      if (isBranch(node) && !folded.has(active)) toggle(active, true);
      else if (parent !== undefined) show(parent);
    } else if (event.key === "Enter" && node) toggle(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const next = (back: boolean) => {
    const found = back ? hits.findLast((n) => n < active) : hits.find((n) => n > active);
    const target = found ?? (back ? hits.at(-1) : hits[0]);
    if (target !== undefined) show(target);
  };
  const place = hits.indexOf(active);
  return (
    <div className={cx(detailStyles.full, detailStyles.fullTree)}>
      <div className={detailStyles.tools}>
        {tools}
        <input
          aria-label="Search keys and values"
          placeholder="Search keys and values"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            const first = find(nodes, event.target.value)[0];
            if (first !== undefined) show(first);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter") next(event.shiftKey);
            else if (event.key === "Escape" && typed !== "") {
              setTyped("");
              event.stopPropagation();
            }
          }}
        />
        <span className="muted" aria-live="polite">
          {typed === ""
            ? ""
            : hits.length === 0
              ? "nothing found"
              : `${place < 0 ? "" : `${place + 1} of `}${count(hits.length)}`}
        </span>
      </div>
      <div className={cx(detailStyles.tools, detailStyles.pathRow)}>
        <span className={cx("mono", "cut", detailStyles.path)} title={node?.path}>
          {plain(node?.path || "(the whole body)")}
        </span>
        {node?.path ? <CopyButton text={node.path} label="Copy the path" words="Path" /> : null}
        {node ? (
          <CopyButton
            text={isBranch(node) ? textOf(nodes, active) : plainText(node)}
            label="Copy the value"
            words="Value"
          />
        ) : null}
        {node?.path && !isBranch(node) ? (
          <Button
            small
            title="Show only deliveries with this value here"
            onClick={() => onFilter(`body.${node.path}:${quoteValue(plainText(node))}`)}
          >
            Filter by this
          </Button>
        ) : null}
      </div>
      <VirtualList
        ref={list}
        role="tree"
        className={styles.list ?? ""}
        label="Body as a tree"
        rows={rows.length}
        rowHeight={LINE_HEIGHT + 2}
        active={row < 0 ? undefined : row}
        idOf={(at) => `${prefix}-${rows[at]}`}
        onKeyDown={key}
        render={(at, style, id) => {
          const n = rows[at] ?? 0;
          const one = nodes[n];
          if (one === undefined) return null;
          const branch = isBranch(one);
          const open = branch && !folded.has(n);
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the focus and the keys
            <div
              key={n}
              id={id}
              role="treeitem"
              aria-level={one.depth + 1}
              aria-expanded={branch ? open : undefined}
              aria-selected={n === active}
              className={cx(virtualRow, styles.line, styles.tree)}
              style={{ ...style, paddingLeft: 12 + one.depth * 16 }}
              data-on={n === active}
              data-hit={typed !== "" && n !== active && hits.includes(n)}
              onClick={() => setActive(n)}
              onDoubleClick={() => toggle(n)}
            >
              {branch ? (
                <button type="button" tabIndex={-1} aria-hidden="true" onClick={() => toggle(n)}>
                  {open ? <ChevronDown size={13} /> : <ChevronRight size={13} />}
                </button>
              ) : (
                <span style={{ width: 14, flex: "none" }} />
              )}
              {one.depth > 0 ? (
                <span className={arrays.has(n) ? styles.index : styles.key}>{plain(one.key)}:</span>
              ) : null}
              <span className={cx(styles.text, COLOUR[one.kind])}>{plain(summary(one))}</span>
              {one.duplicate ? <span className="badge warn">key twice</span> : null}
            </div>
          );
        }}
      />
    </div>
  );
}
