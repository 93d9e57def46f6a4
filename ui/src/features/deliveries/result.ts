// The open result set behind the list. It holds windows of rows, never all of them, and keeps them by age: counted
// from the oldest a row's place does not change when others arrive, so nothing moves under the pointer. While the
// list follows, it shows all there are; while it does not, it shows those there were, and counts the rest.
import type { DeliveryRow, Event, Failure, ResultDelta } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import type { Platform } from "@/platform";

/** Rows asked for beyond what is seen, so that scrolling finds them there. */
const MARGIN = 60;
/** The most rows of one window, as the command table says. */
const WINDOW = 500;
/** Rows kept in memory; the farthest leave first. */
const KEPT = 8_000;

export interface ResultState {
  phase: "opening" | "open" | "failed";
  /** The query in force: the last one that worked. */
  query: string;
  /** The result set, 0 before the first. */
  id: number;
  /** Deliveries in the set. */
  total: number;
  /** Of them, those the list shows; the newer ones wait. */
  shown: number;
  following: boolean;
  /** The view is held still by the user; capturing goes on. */
  held: boolean;
  /** What is wrong with the query that was tried last. */
  fault: Failure | null;
  /** Rises with every change of rows. */
  version: number;
}

export class ResultStore {
  #platform: Platform;
  #rows = new Map<number, DeliveryRow>();
  #ages = new Map<string, number>();
  #stale = new Set<number>();
  #listeners = new Set<() => void>();
  #range = { first: 0, end: 60 };
  #fetching = false;
  #again = false;
  #opening = 0;
  /** The set that was made because rows were missing, so that this is not repeated without end. */
  #remade = { id: -1, total: -1 };
  /** Growth that was told before the answer to the query was here. */
  #early = new Map<number, number>();
  #state: ResultState = {
    phase: "opening",
    query: "",
    id: 0,
    total: 0,
    shown: 0,
    following: true,
    held: false,
    fault: null,
    version: 0,
  };

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  state = (): ResultState => this.#state;

  /** Row `index` of the list, counted from the newest that is shown. */
  row(index: number): DeliveryRow | undefined {
    return this.#rows.get(this.#state.shown - 1 - index);
  }

  /** Where a delivery stands in the list, as far as is known. */
  indexOf(id: string): number | undefined {
    const age = this.#ages.get(id);
    if (age === undefined) return undefined;
    const index = this.#state.shown - 1 - age;
    return index >= 0 && index < this.#state.shown ? index : undefined;
  }

  /**
   * Opens the result of a query. While it opens, and when the query has a fault, what was shown stays. `stay`: it is
   * the same query, and the eye stays where it is: the rows keep their age, and what is new waits above.
   */
  async open(query: string, stay = false): Promise<boolean> {
    this.#opening += 1;
    const ticket = this.#opening;
    try {
      const set = await this.#platform.call("deliveries.query", { query });
      if (ticket !== this.#opening) {
        this.#close(set.id);
        return false;
      }
      const before = this.#state;
      const total = Math.max(set.total, this.#early.get(set.id) ?? 0);
      const following = stay ? before.following : !before.held;
      this.#early.clear();
      if (stay) this.#doubt();
      else this.#forget();
      this.#set({
        phase: "open",
        query,
        id: set.id,
        total,
        shown: following || !stay ? total : Math.min(before.shown, total),
        fault: null,
        following,
      });
      if (before.id !== 0) this.#close(before.id);
      await this.#fetch();
      return true;
    } catch (thrown) {
      if (ticket !== this.#opening) return false;
      const fault = asFailure(thrown);
      this.#set({ fault, phase: this.#state.id === 0 ? "failed" : this.#state.phase });
      return false;
    }
  }

  /** The fault has been corrected or withdrawn before it was tried again. */
  clearFault(): void {
    if (this.#state.fault) this.#set({ fault: null });
  }

  /** Ends the set. The store must not be used afterwards. */
  dispose(): void {
    this.#opening += 1;
    if (this.#state.id !== 0) this.#close(this.#state.id);
    this.#listeners.clear();
  }

  /** What the list draws now. */
  want = (first: number, end: number): void => {
    this.#range = { first, end };
    void this.#fetch();
  };

  /** Rows `first` to `end`, fetched where they are not there. At most 10,000. */
  async range(first: number, end: number): Promise<DeliveryRow[]> {
    const { id, total, shown } = this.#state;
    const answer: DeliveryRow[] = [];
    const last = Math.min(end, shown, first + 10_000);
    for (let at = first; at < last; at += WINDOW) {
      const page = await this.#platform.call("deliveries.window", {
        result: id,
        offset: total - shown + at,
        limit: Math.min(WINDOW, last - at),
      });
      answer.push(...page.rows);
    }
    return answer;
  }

  /** The place of a delivery, asked of the host where it is not known; undefined when it is not in the set. */
  async locate(delivery: string): Promise<number | undefined> {
    const known = this.indexOf(delivery);
    if (known !== undefined || this.#state.id === 0) return known;
    const { index } = await this.#platform.call("deliveries.locate", { result: this.#state.id, id: delivery });
    if (index === null) return undefined;
    const place = index - (this.#state.total - this.#state.shown);
    return place >= 0 ? place : undefined;
  }

  /** Shows the newest and stays with them. */
  follow(): void {
    this.#set({ following: true, held: false, shown: this.#state.total });
    void this.#fetch();
  }

  /** Stays where it is; what arrives waits. */
  stay(): void {
    if (this.#state.following) this.#set({ following: false });
  }

  hold(): void {
    this.#set({ following: false, held: true });
  }

  /** Changes a row at once, before the host has answered. */
  patch(id: string, change: Partial<DeliveryRow>): void {
    const age = this.#ages.get(id);
    const row = age === undefined ? undefined : this.#rows.get(age);
    if (age === undefined || row === undefined) return;
    this.#rows.set(age, { ...row, ...change });
    this.#set({});
  }

  hear(event: Event): void {
    switch (event.event) {
      case "arrived": {
        const delta = event.results.find((entry) => entry.id === this.#state.id);
        if (delta) this.#grow(delta, event.rows);
        for (const other of event.results) {
          if (other.id > this.#state.id) this.#early.set(other.id, other.total);
        }
        break;
      }
      case "changed":
        if (event.tags.includes("deliveries")) this.refresh();
        break;
      case "missed":
        void this.open(this.#state.query, true);
        break;
      default:
        break;
    }
  }

  /** Reads again what is seen; the rest when it comes into view. */
  refresh(): void {
    this.#doubt();
    void this.#fetch();
  }

  #grow(delta: ResultDelta, rows: readonly DeliveryRow[]): void {
    const total = Math.max(delta.total, this.#state.total);
    // Rows come along for every result set together. Those of the unfiltered set are all of them.
    if (this.#state.query === "" && delta.added <= rows.length && delta.total >= this.#state.total) {
      rows.slice(0, delta.added).forEach((row, n) => {
        this.#put(delta.total - 1 - n, row);
      });
    }
    this.#set({ total, shown: this.#state.following ? total : this.#state.shown });
    void this.#fetch();
  }

  async #fetch(): Promise<void> {
    if (this.#fetching) {
      this.#again = true;
      return;
    }
    const { id, total, shown } = this.#state;
    const first = Math.max(0, this.#range.first);
    const end = Math.min(shown, this.#range.end);
    let from = -1;
    let to = -1;
    for (let index = first; index < end; index += 1) {
      const age = shown - 1 - index;
      if (!this.#rows.has(age) || this.#stale.has(age)) {
        if (from < 0) from = index;
        to = index;
      }
    }
    if (id === 0 || from < 0) return;
    const start = Math.max(0, from - MARGIN);
    const offset = total - shown + start;
    const limit = Math.min(WINDOW, to + MARGIN + 1 - start, total - offset);
    this.#fetching = true;
    this.#again = false;
    let reopen = false;
    try {
      const page = await this.#platform.call("deliveries.window", { result: id, offset, limit });
      if (id === this.#state.id) {
        page.rows.forEach((row, n) => {
          this.#put(page.total - 1 - page.offset - n, row);
        });
        // A row that is missing was deleted: the set is made anew, once for each state of it.
        const expected = Math.min(limit, page.total - page.offset);
        const again = this.#remade.id === id && this.#remade.total === page.total;
        reopen = (page.rows.length < expected || page.total < this.#state.total) && !again;
        const grown = Math.max(0, page.total - this.#state.total);
        this.#set({
          total: this.#state.total + grown,
          shown: this.#state.following ? this.#state.total + grown : this.#state.shown,
        });
        // What did not come this time must not be asked for without end.
        for (let age = page.total - 1 - page.offset; age > page.total - 1 - page.offset - limit; age -= 1)
          this.#stale.delete(age);
        this.#trim();
      }
    } catch (thrown) {
      const fault = asFailure(thrown);
      // A set is gone when the host was started anew: open it again.
      if (fault.code === "not_found" && this.#remade.id !== id) {
        reopen = true;
      } else {
        this.#set({ fault });
      }
    } finally {
      this.#fetching = false;
    }
    if (reopen) {
      await this.open(this.#state.query, true);
      this.#remade = { id: this.#state.id, total: this.#state.total };
    } else if (this.#again) {
      this.#again = false;
      await this.#fetch();
    }
  }

  #put(age: number, row: DeliveryRow): void {
    const before = this.#rows.get(age);
    if (before && before.id !== row.id) this.#ages.delete(before.id);
    this.#rows.set(age, row);
    this.#ages.set(row.id, age);
    this.#stale.delete(age);
  }

  #trim(): void {
    if (this.#rows.size <= KEPT) return;
    const middle = this.#state.shown - 1 - (this.#range.first + this.#range.end) / 2;
    const far = [...this.#rows.keys()].sort((a, b) => Math.abs(b - middle) - Math.abs(a - middle));
    for (const age of far.slice(0, this.#rows.size - KEPT / 2)) {
      const row = this.#rows.get(age);
      this.#rows.delete(age);
      if (row) this.#ages.delete(row.id);
    }
  }

  /** What is here is shown until it has been read again. */
  #doubt(): void {
    for (const age of this.#rows.keys()) this.#stale.add(age);
  }

  #forget(): void {
    this.#rows.clear();
    this.#ages.clear();
    this.#stale.clear();
  }

  #close(id: number): void {
    this.#platform.call("deliveries.close", { result: id }).catch(() => {
      // The host forgets it at its end anyway.
    });
  }

  #set(change: Partial<ResultState>): void {
    this.#state = { ...this.#state, ...change, version: this.#state.version + 1 };
    for (const listener of this.#listeners) listener();
  }
}
