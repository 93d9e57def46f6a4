// Which deliveries are chosen: some by id, or everything that matches.

export interface Selection {
  ids: ReadonlySet<string>;
  /** Everything that matches, whatever is loaded. */
  all: boolean;
  /** Where a Shift-click reaches from. */
  anchor: number | null;
}

export const NOTHING: Selection = { ids: new Set(), all: false, anchor: null };

export function only(id: string, index: number): Selection {
  return { ids: new Set([id]), all: false, anchor: index };
}

export function toggled(before: Selection, id: string, index: number): Selection {
  const ids = new Set(before.all ? [] : before.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, all: false, anchor: index };
}

export function ranged(before: Selection, ids: readonly string[], anchor: number): Selection {
  return { ids: new Set(ids), all: false, anchor: before.anchor ?? anchor };
}

export function everything(): Selection {
  return { ids: new Set(), all: true, anchor: null };
}

/** How many are chosen, where the set holds `total`. */
export function chosen(selection: Selection, total: number): number {
  return selection.all ? total : selection.ids.size;
}

export function has(selection: Selection, id: string): boolean {
  return selection.all || selection.ids.has(id);
}
