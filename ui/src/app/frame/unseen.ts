// How many deliveries came to each inbox since it was last looked at, in this run of the window.
import { useEffect, useRef, useState } from "react";
import type { Inbox } from "@/generated/api";

/**
 * `query`: the filter that is shown now, null while another view is open. Counted from what the inboxes hold: of a
 * burst the events do not tell each one.
 */
export function useUnseen(query: string | null, inboxes: readonly Inbox[] | undefined): ReadonlyMap<string, number> {
  const looked = useRef<Map<string, number> | undefined>(undefined);
  const [unseen, setUnseen] = useState<ReadonlyMap<string, number>>(new Map());
  // Only a view of that one inbox counts as having looked: in the whole list a row may go by unnoticed.
  const shown = query?.match(/^inbox:(\S+)$/)?.[1];
  useEffect(() => {
    if (inboxes === undefined) return;
    looked.current ??= new Map(inboxes.map((inbox) => [inbox.name, inbox.deliveries]));
    const seen = looked.current;
    for (const { name, deliveries } of inboxes) {
      // What was deleted meanwhile is not unseen.
      const before = Math.min(seen.get(name) ?? 0, deliveries);
      seen.set(name, name === shown ? deliveries : before);
    }
    setUnseen(new Map(inboxes.map(({ name, deliveries }) => [name, deliveries - (seen.get(name) ?? 0)])));
  }, [shown, inboxes]);
  return unseen;
}
