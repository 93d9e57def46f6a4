// Actions that can be had in every view.
import { useNavigate } from "@tanstack/react-router";
import { useActions } from "@/app/actions/registry";
import { useAnswer } from "@/app/host";
import { usePatchSettings, useSettings } from "@/app/settings";
import type { Overlay } from "./Frame";

/** Moves the focus to the next part of the window, or the one before. */
function cyclePanes(step: 1 | -1): void {
  const panes = [...document.querySelectorAll<HTMLElement>("[data-pane]")].filter(
    (pane) => pane.offsetParent !== null || pane.dataset.pane === "messages",
  );
  if (panes.length === 0) return;
  const at = panes.findIndex((pane) => pane.contains(document.activeElement) && pane.dataset.pane !== "main");
  const next = panes[(at + step + panes.length) % panes.length];
  const inner = next?.querySelector<HTMLElement>(
    '[role="grid"], [role="tree"], [role="tab"][aria-selected="true"], a[href], button, input',
  );
  (inner ?? next)?.focus();
}

export function useFrameActions(show: (overlay: Overlay) => void): void {
  const navigate = useNavigate();
  const settings = useSettings();
  const patch = usePatchSettings();
  const inboxes = useAnswer("inboxes.list", {}).data ?? [];
  const connections = useAnswer("connections.list", {}).data ?? [];
  const replays = useAnswer("replays.list", {}).data ?? [];
  const go = "Go to";
  useActions([
    {
      id: "palette",
      label: "Search or run a command",
      group: "Window",
      keys: ["Mod+K"],
      everywhere: true,
      palette: false,
      run: () => show("palette"),
    },
    { id: "help", label: "All keys", group: "Window", keys: ["?"], run: () => show("help") },
    {
      id: "send-test",
      label: "Send test event",
      group: "Deliveries",
      words: "sample signed try",
      run: () => show("send"),
    },
    {
      id: "next-pane",
      label: "Next part of the window",
      group: "Window",
      keys: ["F6"],
      everywhere: true,
      palette: false,
      run: () => cyclePanes(1),
    },
    {
      id: "previous-pane",
      label: "Previous part of the window",
      group: "Window",
      keys: ["Shift+F6"],
      everywhere: true,
      palette: false,
      run: () => cyclePanes(-1),
    },
    {
      id: "theme",
      label: settings?.theme === "dark" ? "Light theme" : "Dark theme",
      group: "Window",
      words: "appearance colour mode",
      run: () => patch({ theme: settings?.theme === "dark" ? "light" : "dark" }),
    },
    { id: "go-deliveries", label: "Deliveries", group: go, run: () => void navigate({ to: "/" }) },
    {
      id: "go-failed",
      label: "Deliveries whose signature failed",
      group: go,
      run: () => void navigate({ to: "/", search: { q: FAILED } }),
    },
    { id: "go-endpoints", label: "Endpoints", group: go, run: () => void navigate({ to: "/endpoints" }) },
    {
      id: "new-endpoint",
      label: "New endpoint",
      group: "Endpoints",
      keys: ["N"],
      words: "create webhook register",
      run: () => void navigate({ to: "/endpoints", search: { new: true } }),
    },
    { id: "go-connections", label: "Connections", group: go, run: () => void navigate({ to: "/connections" }) },
    {
      id: "new-connection",
      label: "Add a connection",
      group: "Connections",
      words: "provider token account",
      run: () => void navigate({ to: "/connections", search: { new: true } }),
    },
    { id: "go-inboxes", label: "Inboxes", group: go, run: () => void navigate({ to: "/inboxes" }) },
    {
      id: "new-inbox",
      label: "New inbox",
      group: "Inboxes",
      run: () => void navigate({ to: "/inboxes", search: { new: true } }),
    },
    {
      id: "go-schemes",
      label: "Schemes",
      group: go,
      words: "signature scheme catalogue sign verify provider",
      run: () => void navigate({ to: "/schemes" }),
    },
    {
      id: "new-scheme",
      label: "New scheme",
      group: "Schemes",
      words: "own scheme make signature describe",
      run: () => void navigate({ to: "/schemes", search: { new: true } }),
    },
    { id: "go-replays", label: "Replays", group: go, run: () => void navigate({ to: "/replays" }) },
    {
      id: "new-replay",
      label: "New replay",
      group: "Replays",
      words: "send again bulk",
      run: () => void navigate({ to: "/replays", search: { new: true } }),
    },
    {
      id: "settings",
      label: "Settings",
      group: go,
      keys: ["Mod+,"],
      everywhere: true,
      run: () => void navigate({ to: "/settings" }),
    },
    ...inboxes.map((inbox) => ({
      id: `inbox:${inbox.name}`,
      label: inbox.name,
      group: "Inboxes",
      words: inbox.scheme ?? "",
      run: () => void navigate({ to: "/", search: { q: `inbox:${inbox.name}` } }),
    })),
    ...connections.map((connection) => ({
      id: `connection:${connection.name}`,
      label: connection.name,
      group: "Connections",
      words: connection.provider,
      run: () => void navigate({ to: "/endpoints", search: { connection: connection.name } }),
    })),
    ...replays.slice(0, 20).map((job) => ({
      id: `replay:${job.id}`,
      label: job.title,
      group: "Replays",
      words: job.options.target,
      run: () => void navigate({ to: "/replays", search: { id: job.id } }),
    })),
  ]);
}

/** The sidebar's own filters, in the query language. */
export const FAILED = "verdict:invalid,unsigned";
export const ERRORS = "status:>=400";
export const STARRED = "starred:yes";
