// Deliveries: the list with its filter, and the one that is open.
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useEvents } from "@/app/events";
import { PaneBoundary } from "@/app/feedback/PaneBoundary";
import { toastFailure } from "@/app/feedback/toasts";
import { usePlatform } from "@/app/host";
import type { DeliveriesSearch } from "@/app/router";
import { useSettings } from "@/app/settings";
import { ActionButton, Button } from "@/components/Button";
import { Splitter, useSplit } from "@/components/Splitter";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { FirstRun } from "@/features/onboarding/FirstRun";
import { cx } from "@/lib/cx";
import { count, counted } from "@/lib/format";
import { useNarrow } from "@/lib/media";
import styles from "./Deliveries.module.css";
import { DeliveryList, type DeliveryListHandle, NoDeliveries } from "./DeliveryList";
import listStyles from "./DeliveryList.module.css";
import { Detail, type DetailTab, TABS } from "./detail/Detail";
import { Histogram } from "./Histogram";
import { QueryBar, type QueryBarHandle } from "./QueryBar";
import { withFilter, withRange } from "./query-text";
import { ReplayDialog } from "./ReplayDialog";
import { useReplayOne } from "./replay";
import { ResultStore } from "./result";
import { chosen, everything, NOTHING, type Selection } from "./selection";
import { useAnnouncements } from "./useAnnouncements";
import { useDelete, useDeliveryActions, useExports } from "./useDeliveryActions";

const route = getRouteApi("/");

/** `here`: the search of this very view, which the router types as that of any. */
const here = (search: unknown): DeliveriesSearch => search as DeliveriesSearch;

/** At most so many are deleted at once by a selection of everything. */
const DELETE_AT_MOST = 10_000;

/** The open result set of this view, kept while the view stands. */
function useResult(query: string): ResultStore {
  const platform = usePlatform();
  const [store, setStore] = useState(() => new ResultStore(platform));
  const first = useRef(query);
  useEffect(() => {
    const own = new ResultStore(platform);
    setStore(own);
    void own.open(first.current);
    return () => own.dispose();
  }, [platform]);
  useEvents((event) => store.hear(event));
  return store;
}

/** The newest delivery, renewed at a pace that can be read. */
function useNewest(id: string | undefined): string | undefined {
  const [held, setHeld] = useState(id);
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + 400 - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setHeld(id);
    }, wait);
    return () => clearTimeout(timer);
  }, [id]);
  return held;
}

/** The delivery that is open. It changes at once; the address follows when the keys rest. */
function useOpenId(inAddress: string | undefined, write: (id: string | undefined) => void) {
  const [id, setId] = useState(inAddress);
  const written = useRef(inAddress);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const latest = useRef(write);
  latest.current = write;
  useEffect(() => {
    if (inAddress === written.current) return;
    clearTimeout(timer.current);
    written.current = inAddress;
    setId(inAddress);
  }, [inAddress]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const open = useCallback((next: string | undefined) => {
    setId(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      if (written.current === next) return;
      written.current = next;
      latest.current(next);
    }, 120);
  }, []);
  return [id, open] as const;
}

export function DeliveriesView() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [chosenId, open] = useOpenId(
    search.id,
    (id) => void navigate({ search: (before) => ({ ...before, id }), replace: true }),
  );
  const narrow = useNarrow();
  const settings = useSettings();
  const query = search.q ?? "";
  const store = useResult(query);
  const state = useSyncExternalStore(store.subscribe, store.state);
  const [selection, setSelection] = useState<Selection>(NOTHING);
  const list = useRef<DeliveryListHandle>(null);
  const bar = useRef<QueryBarHandle>(null);
  const split = useSplit("deliveries", 500, 320, 900);
  const replay = useReplayOne();
  const exports = useExports();

  const newestRow = store.row(0);
  const newest = useNewest(newestRow?.id);
  const welcome = settings?.welcomed === false;
  // Until the user moves, the newest is the one that is open.
  const openId = chosenId ?? (narrow || welcome || !state.following ? undefined : newest);
  const tab: DetailTab = TABS.find((one) => one === search.tab) ?? "payload";
  const openIndex = openId === undefined ? undefined : store.indexOf(openId);
  const row = openIndex === undefined ? undefined : store.row(openIndex);

  // A filter chosen elsewhere (sidebar, palette, back).
  const applied = useRef(query);
  useEffect(() => {
    if (applied.current === query) return;
    applied.current = query;
    setSelection(NOTHING);
    void store.open(query);
  }, [query, store]);

  const tryQuery = async (text: string) => {
    if (text === state.query && state.fault === null) return;
    if (await store.open(text)) {
      applied.current = text;
      setSelection(NOTHING);
      void navigate({
        search: (before) => ({ ...before, q: text || undefined, id: narrow ? undefined : here(before).id }),
        replace: true,
      });
    }
  };
  const setFilter = useCallback(
    (next: string) =>
      void navigate({
        search: (before) => ({ ...before, q: next || undefined, ...(narrow ? { id: undefined } : {}) }),
      }),
    [navigate, narrow],
  );
  const addFilter = (filter: string) => setFilter(withFilter(store.state().query, filter));
  const setTab = useCallback(
    (next: DetailTab) => {
      // Reading a tab is staying with its delivery.
      if (openId !== undefined) open(openId);
      void navigate({ search: (before) => ({ ...before, tab: next }), replace: true });
    },
    [navigate, open, openId],
  );
  const activate = useCallback(
    (id: string, andOpen = false) => {
      if (narrow && !andOpen) setPending(id);
      else open(id);
    },
    [open, narrow],
  );
  // In a narrow window choosing a row does not leave the list: opening it does.
  const [pending, setPending] = useState<string | undefined>(undefined);
  const activeId = narrow ? (chosenId ?? pending) : openId;
  const openDetail = useCallback(() => {
    if (narrow) {
      if (pending) open(pending);
    } else document.querySelector<HTMLElement>('[data-pane="detail"] [role="tab"][aria-selected="true"]')?.focus();
  }, [narrow, pending, open]);
  const toNewest = useCallback(() => open(undefined), [open]);
  useEffect(() => {
    // Following again means the newest is open again.
    if (state.following && chosenId !== undefined && state.held === false && follows.current === false) toNewest();
    follows.current = state.following;
  }, [state.following, state.held, chosenId, toNewest]);
  const follows = useRef(true);
  // An address that names a delivery opens it and leaves the list where it is.
  useEffect(() => {
    if (chosenId !== undefined) store.stay();
  }, [chosenId, store]);

  const gone = (ids: readonly string[]) => {
    setSelection(NOTHING);
    if (openId !== undefined && ids.includes(openId)) {
      const around = openIndex === undefined ? [] : [1, 2, 3, -1, -2, -3].map((step) => store.row(openIndex + step));
      const next = around.find((one) => one !== undefined && !ids.includes(one.id));
      open(narrow ? undefined : next?.id);
    }
  };
  const remove = useDelete(store, gone);
  useDeliveryActions({
    store,
    state,
    openId: narrow ? (chosenId ?? pending) : openId,
    row,
    selection,
    setSelection,
    replay,
    list,
    bar,
    onTab: setTab,
    onOpen: openDetail,
    onBack: () => {
      if (narrow && chosenId !== undefined) open(undefined);
      else list.current?.focus();
    },
    onGone: gone,
  });
  const announcement = useAnnouncements(state.held);

  const many = chosen(selection, state.total);
  const deleteChosen = async () => {
    try {
      const ids = selection.all ? (await store.range(0, state.total)).map((one) => one.id) : [...selection.ids];
      remove(ids);
    } catch (thrown) {
      toastFailure(thrown);
    }
  };
  const replayChosen = () =>
    void navigate({
      to: "/replays",
      search: selection.all ? { new: true, q: state.query } : { new: true, ids: [...selection.ids].join(",") },
    });
  const chosenBar =
    selection.all || selection.ids.size > 1 ? (
      <div className={listStyles.chosen} role="toolbar" aria-label="Selected deliveries">
        <span>
          <b>{count(many)}</b> selected{" "}
          {selection.all ? null : (
            <Button small tone="ghost" onClick={() => setSelection(everything())}>
              Select all {count(state.total)}
            </Button>
          )}
        </span>
        <Button small tone="primary" onClick={replayChosen}>
          Replay…
        </Button>
        <Button
          small
          tone="danger"
          disabled={many > DELETE_AT_MOST ? `At most ${count(DELETE_AT_MOST)} at once: narrow the filter` : undefined}
          onClick={() => void deleteChosen()}
        >
          Delete
        </Button>
        <Button small onClick={() => setSelection(NOTHING)}>
          Clear
        </Button>
      </div>
    ) : null;

  const fatal = state.phase === "failed" && state.fault ? state.fault : null;
  const listPane = (
    <section className={styles.list} aria-label="Deliveries">
      <div>
        <h1 className="sr">Deliveries</h1>
        <QueryBar ref={bar} query={query} fault={state.fault} onTry={tryQuery} onLeave={() => list.current?.focus()}>
          <ActionButton
            id="follow"
            aria-pressed={state.following}
            title={
              state.following
                ? "The newest is shown as it arrives. Space holds the list still."
                : "Space shows the newest again."
            }
          >
            {state.following ? "Live" : state.held ? "Held" : "Paused"}
          </ActionButton>
        </QueryBar>
      </div>
      <div className={styles.hist}>
        <Histogram
          result={state.id}
          onRange={(since, until) => setFilter(withRange(store.state().query, since, until))}
        />
      </div>
      <div className={styles.listBody}>
        {fatal ? (
          <div style={{ padding: 12 }}>
            <FailureNote problem={fatal} onRetry={() => void store.open(query)} />
          </div>
        ) : state.phase === "opening" ? (
          <Waiting lines={8} />
        ) : (
          <DeliveryList
            ref={list}
            store={store}
            state={state}
            activeId={activeId}
            selection={selection}
            onSelection={setSelection}
            onActive={activate}
            onOpen={openDetail}
            openOnClick={narrow}
            chosenBar={chosenBar}
            empty={
              <NoDeliveries
                query={state.query}
                onClear={() => setFilter("")}
                first={
                  <EmptyState
                    title="Nothing has arrived yet"
                    action={<ActionButton id="send-test" tone={welcome ? "plain" : "primary"} />}
                  >
                    Deliveries appear here the moment they arrive.
                  </EmptyState>
                }
              />
            }
          />
        )}
      </div>
      <div className="sr" role="status" aria-live="polite">
        {announcement}
      </div>
    </section>
  );
  const detail = openId ? (
    <PaneBoundary name="This delivery" resetKey={`${openId}${tab}`}>
      <Detail
        id={openId}
        tab={tab}
        onTab={setTab}
        onFilter={addFilter}
        onExport={(format, delivery) => void exports.save(format, delivery)}
        onCopy={(text, what) => void exports.copy(text, what)}
      />
    </PaneBoundary>
  ) : welcome ? (
    <FirstRun newest={newestRow} onLeave={() => list.current?.toNewest()} />
  ) : state.phase === "open" && state.total > 0 ? (
    <EmptyState title={state.held ? "The list is held still" : "No delivery is open"}>
      {state.held
        ? "Capturing goes on. Space shows the newest again."
        : `Choose one of ${counted(state.total, "delivery", "deliveries")}.`}
    </EmptyState>
  ) : null;
  const dialog = <ReplayDialog replay={replay} />;

  if (narrow) {
    const single = chosenId !== undefined;
    return (
      <div className={cx(styles.view, single && styles.narrow)}>
        {single ? (
          <>
            <div className={styles.back}>
              <ActionButton id="back" small>
                ← Deliveries
              </ActionButton>
            </div>
            <div className={styles.detail}>{detail}</div>
          </>
        ) : welcome && state.total === 0 ? (
          <div className={styles.detail}>{detail}</div>
        ) : (
          listPane
        )}
        {dialog}
      </div>
    );
  }
  return (
    <div className={styles.view} style={{ gridTemplateColumns: `${split.size}px auto minmax(0, 1fr)` }}>
      {listPane}
      <Splitter split={split} label="Width of the list" />
      <section className={styles.detail} aria-label="Open delivery">
        {detail}
      </section>
      {dialog}
    </div>
  );
}
