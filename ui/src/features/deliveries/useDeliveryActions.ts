// What can be done with the delivery that is open and with the list, by key, palette and button.
import { useNavigate } from "@tanstack/react-router";
import type { RefObject } from "react";
import { type Action, useActions } from "@/app/actions/registry";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { usePlatform, useRun } from "@/app/host";
import { useSettings } from "@/app/settings";
import type { Delivery, DeliveryRow } from "@/generated/api";
import { counted, hostOf } from "@/lib/format";
import type { DeliveryListHandle } from "./DeliveryList";
import { TABS } from "./detail/Detail";
import type { QueryBarHandle } from "./QueryBar";
import type { ReplayOne } from "./replay";
import type { ResultState, ResultStore } from "./result";
import { everything, NOTHING, type Selection } from "./selection";

interface Needs {
  store: ResultStore;
  state: ResultState;
  openId: string | undefined;
  row: DeliveryRow | undefined;
  selection: Selection;
  setSelection: (selection: Selection) => void;
  replay: ReplayOne;
  list: RefObject<DeliveryListHandle | null>;
  bar: RefObject<QueryBarHandle | null>;
  onTab: (tab: (typeof TABS)[number]) => void;
  onOpen: () => void;
  onBack: () => void;
  onGone: (ids: readonly string[]) => void;
}

/** Deletes deliveries here, with ten seconds to take it back. */
export function useDelete(
  store: ResultStore,
  onGone: (ids: readonly string[]) => void,
): (ids: readonly string[]) => void {
  const remove = useRun("deliveries.delete");
  const restore = useRun("deliveries.undelete");
  return (ids) => {
    remove.mutate(
      { ids: [...ids] },
      {
        onSuccess: (done) => {
          onGone(ids);
          store.refresh();
          toast({
            id: "deleted",
            title: `${counted(done.deleted, "delivery", "deliveries")} deleted`,
            lasts: 10_000,
            action: {
              label: "Undo",
              run: () =>
                restore.mutate(
                  { undo: done.undo },
                  {
                    onSuccess: () => void store.open(store.state().query),
                    onError: (problem) => toastFailure(problem),
                  },
                ),
            },
          });
        },
        onError: (problem) => toastFailure(problem),
      },
    );
  };
}

/** Copies and saves deliveries in other forms. */
export function useExports() {
  const platform = usePlatform();
  const copy = async (text: string, what: string) => {
    try {
      await platform.copyText(text);
      toast({ id: "copied", title: `${what} copied`, lasts: 2_500 });
    } catch (thrown) {
      toastFailure(thrown);
    }
  };
  return {
    copy,
    curl: async (id: string) => {
      try {
        const made = await platform.call("deliveries.export", {
          query: "",
          ids: [id],
          format: "curl",
          with_secrets: false,
          to: null,
        });
        await platform.copyText(made.text);
        toast({
          id: "copied",
          title: "Copied as cURL",
          lasts: 4_000,
          ...(made.redacted > 0 ? { detail: `${counted(made.redacted, "credential")} left out.` } : {}),
        });
      } catch (thrown) {
        toastFailure(thrown);
      }
    },
    save: async (format: "raw" | "har" | "jsonl", delivery: Delivery) => {
      try {
        const made = await platform.call("deliveries.export", {
          query: "",
          ids: [delivery.id],
          format,
          with_secrets: false,
          to: null,
        });
        const data = made.base64
          ? Uint8Array.from(atob(made.text), (letter) => letter.charCodeAt(0))
          : new TextEncoder().encode(made.text);
        const where = await platform.saveFile(`${delivery.id}.${format === "raw" ? "http" : format}`, data);
        const detail = made.redacted > 0 ? `${where}\n${counted(made.redacted, "credential")} left out.` : where;
        toast({ id: "saved", title: "Saved", detail });
      } catch (thrown) {
        toastFailure(thrown);
      }
    },
  };
}

const GROUP = "Delivery";
const LIST = "List of deliveries";

export function useDeliveryActions(needs: Needs): void {
  const { store, state, openId, row, selection, setSelection, replay, list, bar } = needs;
  const settings = useSettings();
  const star = useRun("deliveries.star");
  const remove = useDelete(store, needs.onGone);
  const exports = useExports();
  const navigate = useNavigate();
  const none = openId === undefined ? "Open a delivery first" : true;
  const some = !selection.all && selection.ids.size > 1;
  const starred = row?.starred ?? false;
  const actions: Action[] = [
    {
      id: "replay",
      label: settings?.last_target ? `Replay to ${hostOf(settings.last_target)}` : "Replay",
      group: GROUP,
      keys: ["R"],
      words: "send again",
      enabled: none,
      run: () => openId && replay.again(openId),
    },
    {
      id: "replay-to",
      label: "Replay to another target",
      group: GROUP,
      keys: ["Shift+R"],
      enabled: none,
      run: () => openId && replay.ask(openId),
    },
    {
      id: "copy-curl",
      label: "Copy as cURL",
      group: GROUP,
      keys: ["C"],
      enabled: none,
      run: () => openId && void exports.curl(openId),
    },
    {
      id: "star",
      label: starred ? "Unstar" : "Star",
      group: GROUP,
      keys: ["S"],
      words: "mark favourite",
      enabled: none,
      run: () => {
        if (!openId) return;
        store.patch(openId, { starred: !starred });
        star.mutate(
          { id: openId, starred: !starred },
          {
            onError: (problem) => {
              store.patch(openId, { starred });
              toastFailure(problem);
            },
          },
        );
      },
    },
    {
      id: "delete",
      label: some ? `Delete ${selection.ids.size} deliveries` : "Delete the delivery",
      group: GROUP,
      keys: ["Delete"],
      enabled: none,
      run: () => openId && remove(some ? [...selection.ids] : [openId]),
    },
    {
      id: "filter",
      label: "Filter deliveries",
      group: LIST,
      keys: ["/", "Mod+F"],
      everywhere: false,
      run: () => bar.current?.focus(),
    },
    {
      id: "list-next",
      label: "Next delivery",
      group: LIST,
      keys: ["J", "ArrowDown"],
      palette: false,
      run: () => list.current?.move(1),
    },
    {
      id: "list-previous",
      label: "Previous delivery",
      group: LIST,
      keys: ["K", "ArrowUp"],
      palette: false,
      run: () => list.current?.move(-1),
    },
    {
      id: "open",
      label: "Open the delivery",
      group: LIST,
      keys: ["Enter"],
      palette: false,
      enabled: none,
      run: needs.onOpen,
    },
    { id: "back", label: "Back to the list", group: LIST, keys: ["Escape"], palette: false, run: needs.onBack },
    {
      id: "follow",
      label: state.following ? "Hold the list still" : "Follow the newest",
      group: LIST,
      keys: ["Space"],
      words: "live pause resume",
      run: () => (state.following ? store.hold() : list.current?.toNewest()),
    },
    {
      id: "select-all",
      label: "Select everything that matches",
      group: LIST,
      keys: ["Mod+A"],
      run: () => setSelection(everything()),
    },
    {
      id: "select-none",
      label: "Select nothing",
      group: LIST,
      enabled: selection !== NOTHING,
      palette: false,
      run: () => setSelection(NOTHING),
    },
    {
      id: "replay-all",
      label: "Replay everything that matches",
      group: LIST,
      words: "bulk plan",
      run: () => void navigate({ to: "/replays", search: { new: true, q: state.query } }),
    },
    ...TABS.map((tab, n) => ({
      id: `tab-${tab}`,
      label: `Tab ${tab[0]?.toUpperCase()}${tab.slice(1)}`,
      group: "Tabs of the delivery",
      keys: [String(n + 1)],
      enabled: none,
      run: () => needs.onTab(tab),
    })),
  ];
  useActions(actions);
}
