// How many deliveries came to each inbox since it was last looked at, in this run of the window.
import { useEffect, useState } from "react";
import { useEvents } from "@/app/events";

/** `query`: the filter that is shown now, null while another view is open. */
export function useUnseen(query: string | null): ReadonlyMap<string, number> {
  const [unseen, setUnseen] = useState<ReadonlyMap<string, number>>(new Map());
  // Only a view of that one inbox counts as having looked: in the whole list a row may go by unnoticed.
  const shown = query?.match(/^inbox:(\S+)$/)?.[1];
  useEvents((event) => {
    if (event.event !== "arrived" || event.rows.length === 0) return;
    setUnseen((before) => {
      const next = new Map(before);
      for (const row of event.rows) if (row.inbox !== shown) next.set(row.inbox, (next.get(row.inbox) ?? 0) + 1);
      return next;
    });
  });
  useEffect(() => {
    if (shown === undefined) return;
    setUnseen((before) => {
      if (!before.has(shown)) return before;
      const next = new Map(before);
      next.delete(shown);
      return next;
    });
  }, [shown]);
  return unseen;
}
