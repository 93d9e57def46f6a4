// Whether the window is narrow, so that a pane becomes a page of its own.
import { useSyncExternalStore } from "react";

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (listener) => {
      const list = matchMedia(query);
      list.addEventListener("change", listener);
      return () => list.removeEventListener("change", listener);
    },
    () => matchMedia(query).matches,
  );
}

/** At most 1000 px: the sidebar is folded away and the detail stands alone. */
export function useNarrow(): boolean {
  return useMedia("(max-width: 1000px)");
}
