// Addresses of the views. What is chosen and filtered stands in the address, so back, reload and saved views work.
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  type RouterHistory,
} from "@tanstack/react-router";
import { ConnectionsView } from "@/features/connections";
import { DeliveriesView } from "@/features/deliveries";
import { EndpointsView } from "@/features/endpoints";
import { InboxesView } from "@/features/inboxes";
import { ReplaysView } from "@/features/replays";
import { SchemesView } from "@/features/schemes";
import { SettingsView } from "@/features/settings";
import { Frame } from "./frame/Frame";

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : typeof value === "number" ? String(value) : undefined;
const flag = (value: unknown): true | undefined =>
  value === true || value === "true" || value === 1 ? true : undefined;

export interface DeliveriesSearch {
  /** The filter, in the query language. */
  q?: string | undefined;
  /** The delivery that is open. */
  id?: string | undefined;
  /** Its tab. */
  tab?: string | undefined;
}
export interface EndpointsSearch {
  connection?: string | undefined;
  id?: string | undefined;
  tab?: string | undefined;
  /** The form for a new one is open. */
  new?: true | undefined;
  /** Every endpoint's log beside what arrived, instead of the list. */
  reconcile?: true | undefined;
}
export interface ConnectionsSearch {
  name?: string | undefined;
  provider?: string | undefined;
  new?: true | undefined;
}
export interface InboxesSearch {
  name?: string | undefined;
  new?: true | undefined;
}
export interface ReplaysSearch {
  /** The job that is open. */
  id?: string | undefined;
  /** A plan for what this query matches, … */
  q?: string | undefined;
  /** … or for these deliveries, separated by commas. */
  ids?: string | undefined;
  new?: true | undefined;
}
export interface SchemesSearch {
  /** The scheme that is open. */
  id?: string | undefined;
  /** The editor is open for an own scheme, … */
  edit?: string | undefined;
  /** … for a copy of one, … */
  copy?: string | undefined;
  /** … or for a new one. */
  new?: true | undefined;
  /** The delivery it is tried against at first. */
  delivery?: string | undefined;
}
export interface SettingsSearch {
  section?: string | undefined;
}

const root = createRootRoute({ component: Frame });

const routes = [
  createRoute({
    getParentRoute: () => root,
    path: "/",
    component: DeliveriesView,
    validateSearch: (raw: Record<string, unknown>): DeliveriesSearch => ({
      q: text(raw.q),
      id: text(raw.id),
      tab: text(raw.tab),
    }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/endpoints",
    component: EndpointsView,
    validateSearch: (raw: Record<string, unknown>): EndpointsSearch => ({
      connection: text(raw.connection),
      id: text(raw.id),
      tab: text(raw.tab),
      new: flag(raw.new),
      reconcile: flag(raw.reconcile),
    }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/connections",
    component: ConnectionsView,
    validateSearch: (raw: Record<string, unknown>): ConnectionsSearch => ({
      name: text(raw.name),
      provider: text(raw.provider),
      new: flag(raw.new),
    }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/inboxes",
    component: InboxesView,
    validateSearch: (raw: Record<string, unknown>): InboxesSearch => ({ name: text(raw.name), new: flag(raw.new) }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/replays",
    component: ReplaysView,
    validateSearch: (raw: Record<string, unknown>): ReplaysSearch => ({
      id: text(raw.id),
      q: text(raw.q),
      ids: text(raw.ids),
      new: flag(raw.new),
    }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/schemes",
    component: SchemesView,
    validateSearch: (raw: Record<string, unknown>): SchemesSearch => ({
      id: text(raw.id),
      edit: text(raw.edit),
      copy: text(raw.copy),
      new: flag(raw.new),
      delivery: text(raw.delivery),
    }),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/settings",
    component: SettingsView,
    validateSearch: (raw: Record<string, unknown>): SettingsSearch => ({ section: text(raw.section) }),
  }),
] as const;

const tree = root.addChildren(routes);

export function createAppRouter(history: RouterHistory = createHashHistory()) {
  return createRouter({ routeTree: tree, history, defaultPreload: false, scrollRestoration: false });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
