// What a provider can do, as a button needs it: may it be pressed, why not, and what there is to know before.
import type { Endpoint, OperationInfo, ProviderInfo, ProviderOperation } from "@/generated/api";

export interface Ability {
  /** False: the button stays, and `why` says why it can't be pressed. */
  possible: boolean;
  why: string;
  /** What to know before it is done: how it is made up, that it is not confirmed. */
  note: string;
}

const READS: ReadonlySet<ProviderOperation> = new Set([
  "list",
  "get",
  "log",
  "secret",
  "entry",
  "listen",
  "health",
  "event_types",
]);

/** How the provider is called in a sentence: without what stands in brackets. */
export function shortTitle(provider: ProviderInfo | undefined, id: string): string {
  return provider?.title.replace(/ \(.*\)$/, "") ?? id;
}

function infoOf(provider: ProviderInfo | undefined, operation: ProviderOperation): OperationInfo | undefined {
  return provider?.operations.find((entry) => entry.operation === operation);
}

export function ability(provider: ProviderInfo | undefined, operation: ProviderOperation): Ability {
  const info = infoOf(provider, operation);
  if (info === undefined) return { possible: false, why: "The provider's description is not there.", note: "" };
  if (info.support === "unsupported") {
    return {
      possible: false,
      why: info.note || `${shortTitle(provider, "")} has no call for this.`,
      note: "",
    };
  }
  // As the host does: a read that is only a guess may be tried, a write is off.
  if (info.support === "unconfirmed" && !READS.has(operation)) {
    return {
      possible: false,
      why: `${shortTitle(provider, "")}'s documents don't confirm this call, so it is off. ${info.note}`.trim(),
      note: "",
    };
  }
  const doubt = info.support === "unconfirmed" ? "The provider's documents don't confirm this call. " : "";
  return { possible: true, why: "", note: `${doubt}${info.note}`.trim() };
}

/** What a person calls it: its name at the provider, or else where it sends to. */
export function nameOf(endpoint: Pick<Endpoint, "label" | "url">): string {
  return endpoint.label || endpoint.url.replace(/^https?:\/\//, "");
}

export function endpointKey(endpoint: Pick<Endpoint, "connection" | "id">): string {
  return `${endpoint.connection}\n${endpoint.id}`;
}

export interface StateWords {
  word: string;
  tone: "ok" | "bad" | "warn" | "none";
}

/** The state in one word. The provider's own word is shown in the detail. */
export function stateOf(endpoint: Pick<Endpoint, "active" | "failures" | "disabled_reason">): StateWords {
  if (endpoint.active) return { word: "Enabled", tone: "ok" };
  if ((endpoint.failures ?? 0) > 0 || endpoint.disabled_reason) return { word: "Disabled", tone: "bad" };
  return { word: "Inactive", tone: "none" };
}

export function eventsWords(endpoint: Pick<Endpoint, "all_events" | "events">): string {
  return endpoint.all_events ? "all" : String(endpoint.events.length);
}
