// The live list: windows of rows from the open result set, one tab stop, keys to move and to choose.
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type Ref,
  useCallback,
  useId,
  useImperativeHandle,
  useRef,
} from "react";
import { UNANSWERED, VERDICTS, verdictSentence } from "@/app/words";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { ArrowUp, Star } from "@/components/icons";
import { EmptyState } from "@/components/States";
import { Time } from "@/components/Time";
import { VirtualList, type VirtualListHandle, virtualRow } from "@/components/VirtualList";
import type { DeliveryRow } from "@/generated/api";
import { cx } from "@/lib/cx";
import { bytes, count, day, exact } from "@/lib/format";
import { plain } from "@/lib/plain";
import styles from "./DeliveryList.module.css";
import type { ResultState, ResultStore } from "./result";
import { everything, has, NOTHING, ranged, type Selection, toggled } from "./selection";

export const ROW_HEIGHT = 34;

const Row = memo(function Row({
  row,
  id,
  index,
  active,
  selected,
  top,
  onPress,
  onOpen,
}: {
  row: DeliveryRow | undefined;
  id: string;
  index: number;
  active: boolean;
  selected: boolean;
  top: string;
  onPress: (index: number, event: MouseEvent) => void;
  onOpen: (index: number) => void;
}) {
  const verdict = row ? VERDICTS[row.verdict] : null;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list has the focus and the keys
    <div
      className={cx(virtualRow, styles.row)}
      style={{ transform: top, height: ROW_HEIGHT }}
      role="row"
      id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      data-active={active}
      onClick={(event) => onPress(index, event)}
      onDoubleClick={() => onOpen(index)}
    >
      {row && verdict ? (
        <>
          <span
            role="gridcell"
            className={styles.sign}
            data-tone={verdict.tone}
            title={`${verdict.word}. ${verdictSentence(row)}`}
          >
            <span aria-hidden="true">{verdict.sign}</span>
            <span className="sr">{verdict.word}</span>
          </span>
          <span role="gridcell" className={styles.time} title={exact(row.received_at)}>
            <Time at={row.received_at} form="list" />
          </span>
          <span
            role="gridcell"
            className={row.event_type ? styles.event : cx(styles.event, styles.plain)}
            title={row.event_type ?? `${row.method} ${row.path}`}
          >
            {row.starred ? <Star size={12} fill="currentColor" aria-label="Starred" /> : null}
            {row.handshake ? (
              <>
                <Badge tone="info" title={row.handshake}>
                  Handshake
                </Badge>{" "}
              </>
            ) : null}
            {plain(row.event_type ?? (`${row.method} ${row.path}`.trim() || "refused request"))}
          </span>
          <span role="gridcell" className={cx(styles.inbox, styles.narrow)} title={row.inbox}>
            {row.inbox}
          </span>
          <span
            role="gridcell"
            className={styles.status}
            data-bad={row.status >= 400 || (row.status === 0 && row.origin === "captured")}
            title={row.status === 0 ? UNANSWERED[row.origin].sentence : `Answered ${row.status}`}
          >
            {row.status === 0 ? UNANSWERED[row.origin].word : row.status}
          </span>
          <span role="gridcell" className={cx(styles.size, styles.narrow)}>
            {bytes(row.body_size)}
          </span>
        </>
      ) : (
        <span role="gridcell" className={styles.waiting} aria-label="Loading" />
      )}
    </div>
  );
});

const HEAD = {
  height: 26,
  content: (
    <div className={styles.cols} role="row" aria-rowindex={1}>
      <span role="columnheader" aria-label="Signature" />
      <span role="columnheader">Time</span>
      <span role="columnheader">Event</span>
      <span role="columnheader" className={styles.narrow}>
        Inbox
      </span>
      <span role="columnheader">Status</span>
      <span role="columnheader" className={cx(styles.end, styles.narrow)}>
        Size
      </span>
    </div>
  ),
};

export interface DeliveryListHandle {
  move: (step: number, extend?: boolean) => void;
  toNewest: () => void;
  focus: () => void;
}

interface DeliveryListProps {
  store: ResultStore;
  state: ResultState;
  activeId: string | undefined;
  selection: Selection;
  onSelection: (selection: Selection) => void;
  /** The active row is another now. */
  onActive: (id: string, andOpen?: boolean) => void;
  /** Enter or double click: to the detail. */
  onOpen: () => void;
  /** A click opens at once, where list and detail do not stand side by side. */
  openOnClick: boolean;
  empty: React.ReactNode;
  chosenBar: React.ReactNode;
  ref?: Ref<DeliveryListHandle>;
}

export function DeliveryList(props: DeliveryListProps) {
  const { store, state, activeId, selection, onSelection, onActive, onOpen, openOnClick } = props;
  const list = useRef<VirtualListHandle>(null);
  const prefix = useId();
  const active = activeId === undefined ? undefined : store.indexOf(activeId);
  const latest = useRef({ active, selection, state });
  latest.current = { active, selection, state };

  const rowAt = useCallback(
    async (index: number): Promise<DeliveryRow | undefined> =>
      store.row(index) ?? (await store.range(index, index + 1))[0],
    [store],
  );
  const extendTo = useCallback(
    async (index: number) => {
      const anchor = latest.current.selection.anchor ?? latest.current.active ?? index;
      const rows = await store.range(Math.min(anchor, index), Math.max(anchor, index) + 1);
      onSelection(
        ranged(
          { ...latest.current.selection, anchor },
          rows.map((row) => row.id),
          anchor,
        ),
      );
    },
    [store, onSelection],
  );
  const go = useCallback(
    async (index: number, extend = false) => {
      const last = latest.current.state.shown - 1;
      if (last < 0) return;
      const target = Math.min(last, Math.max(0, index));
      store.stay();
      list.current?.show(target);
      // Moving by a letter from nowhere brings the focus here, so that Home, End and the pages go on from there.
      if (document.activeElement === document.body) list.current?.focus();
      // What is there already answers within the same frame.
      const row = store.row(target) ?? (await rowAt(target));
      if (row === undefined) return;
      if (extend) void extendTo(target);
      else if (latest.current.selection !== NOTHING) onSelection(NOTHING);
      onActive(row.id);
    },
    [store, rowAt, extendTo, onSelection, onActive],
  );
  const press = useCallback(
    async (index: number, event: MouseEvent) => {
      const row = store.row(index);
      if (row === undefined) return;
      list.current?.focus();
      if (event.shiftKey) await extendTo(index);
      else if (event.ctrlKey || event.metaKey) {
        const { selection: before, active: at } = latest.current;
        const start = at === undefined || before.ids.size > 0 ? undefined : store.row(at);
        const from =
          start && start.id !== row.id ? { ids: new Set([start.id]), all: false, anchor: at ?? null } : before;
        onSelection(toggled(from, row.id, index));
      } else onSelection({ ids: new Set(), all: false, anchor: index });
      store.stay();
      onActive(row.id, openOnClick && !event.shiftKey && !event.ctrlKey && !event.metaKey);
    },
    [store, extendTo, onSelection, onActive, openOnClick],
  );
  const toNewest = useCallback(() => {
    store.follow();
    list.current?.toStart();
  }, [store]);

  useImperativeHandle(
    props.ref,
    () => ({
      move: (step, extend) => void go((latest.current.active ?? -1) + step, extend),
      toNewest,
      focus: () => list.current?.focus(),
    }),
    [go, toNewest],
  );

  const key = (event: KeyboardEvent) => {
    const page = list.current?.page() ?? 10;
    const at = active ?? -1;
    const target = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: state.shown - 1,
    }[event.key];
    if (target !== undefined) void go(target, event.shiftKey);
    else if (event.key === "Enter") onOpen();
    else if (event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey)) onSelection(everything());
    else if (event.key === "Escape" && (selection.all || selection.ids.size > 0)) onSelection(NOTHING);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const onAtStart = useCallback(
    (atStart: boolean) => {
      // Scrolling away stops following. Coming back to the top does not start it: the pill does, or Space.
      if (!atStart) store.stay();
    },
    [store],
  );
  // Other days need room for their name. The oldest row in view decides, so that the columns stay in line.
  const seen = useRef(0);
  const { want } = store;
  const onRange = useCallback(
    (first: number, end: number) => {
      seen.current = end - 1;
      want(first, end);
    },
    [want],
  );
  const oldest = store.row(Math.min(seen.current, state.shown - 1));
  const days = oldest !== undefined && day(oldest.received_at, Date.now()) !== "";
  const waiting = state.total - state.shown;
  const open = useCallback(() => onOpen(), [onOpen]);
  return (
    <div className={styles.frame} data-pane="list" data-days={days}>
      <VirtualList
        ref={list}
        label="Deliveries, newest first"
        rows={state.shown}
        rowHeight={ROW_HEIGHT}
        columns={6}
        multi
        head={HEAD}
        active={active}
        idOf={(index) => `${prefix}-${state.shown - index}`}
        render={(index, style, id) => {
          const row = store.row(index);
          return (
            <Row
              key={id}
              row={row}
              id={id}
              index={index}
              top={style.transform as string}
              active={row !== undefined && row.id === activeId}
              selected={row !== undefined && (row.id === activeId || has(selection, row.id))}
              onPress={press}
              onOpen={open}
            />
          );
        }}
        onRange={onRange}
        onAtStart={onAtStart}
        onKeyDown={key}
        empty={props.empty}
      />
      {waiting > 0 || (state.held && state.total > 0) ? (
        <Button
          tone={state.held ? "plain" : "primary"}
          small
          className={styles.pill ?? ""}
          onClick={toNewest}
          title="Show the newest (Space)"
        >
          <ArrowUp size={13} aria-hidden />
          {waiting > 0 ? `${count(waiting)} new` : "Held"}
          {state.held && waiting > 0 ? " (held)" : ""}
        </Button>
      ) : null}
      {props.chosenBar}
    </div>
  );
}

/** What stands in the list when it has no rows. */
export function NoDeliveries({
  query,
  onClear,
  first,
}: {
  query: string;
  onClear: () => void;
  first: React.ReactNode;
}) {
  if (query === "") return <>{first}</>;
  return (
    <EmptyState title="Nothing matches" action={<Button onClick={onClear}>Clear the filter</Button>}>
      No delivery here matches <span className="mono">{query}</span>.
    </EmptyState>
  );
}
