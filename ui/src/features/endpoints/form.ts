// The endpoint form, made from what the provider says of itself: what stands in it at first, what is sent, which of the
// provider's words belong to which field. Rules are checked softly here: the host and the provider have the last word.
import type {
  AllEvents,
  CreateEndpoint,
  Endpoint,
  EventTypeInfo,
  Failure,
  FieldInfo,
  ProviderInfo,
  UpdateEndpoint,
} from "@/generated/api";
import { isPrivateHost } from "./findings";
import { shortTitle } from "./operations";

export interface EndpointDraft {
  connection: string;
  /** Empty as long as the address follows the inbox. */
  url: string;
  urlTouched: boolean;
  all: boolean;
  events: string[];
  fields: Record<string, string>;
  /** Empty: none is made. */
  inbox: string;
  /** In an edit: what it began with. It stays with what was typed, however often the list is read meanwhile. */
  before?: Endpoint;
}

export function emptyDraft(connection: string, provider: ProviderInfo | undefined, inbox = ""): EndpointDraft {
  return {
    connection,
    url: "",
    urlTouched: false,
    // Where no type is known here, there is nothing to choose from.
    all:
      provider?.all_events.kind === "wildcard" ||
      (provider?.events.length === 0 && provider.all_events.kind === "empty"),
    events: [],
    fields: Object.fromEntries((provider?.fields ?? []).map((field) => [field.name, field.default ?? ""])),
    inbox,
  };
}

const LABELS = new Set(["name", "description", "label", "title"]);

/** What a field of the provider's holds now; the endpoint's name stands in whatever field keeps it. */
export function fieldValue(endpoint: Endpoint, field: FieldInfo): string {
  const raw = endpoint.raw[field.name];
  if (typeof raw === "string") return raw;
  if (typeof raw === "number" || typeof raw === "boolean") return String(raw);
  return LABELS.has(field.name) ? endpoint.label : "";
}

export function draftOf(endpoint: Endpoint, provider: ProviderInfo | undefined): EndpointDraft {
  return {
    connection: endpoint.connection,
    url: endpoint.url,
    urlTouched: true,
    all: endpoint.all_events,
    events: [...endpoint.events],
    fields: Object.fromEntries((provider?.fields ?? []).map((field) => [field.name, fieldValue(endpoint, field)])),
    inbox: "",
  };
}

export interface Address {
  url: string;
  /** False: only this machine knows it. */
  reachable: boolean;
}

/** Where an inbox here is reached: under the public address, or else where the capture server listens. */
export function addressOf(inbox: string, publicUrl: string | null, listening: string | null): Address | null {
  const base = publicUrl ?? listening;
  if (base === null) return null;
  return { url: `${base.replace(/\/$/, "")}/in/${inbox || "…"}`, reachable: publicUrl !== null };
}

/** The address that will be sent: what was typed, else that of the inbox. */
export function urlOf(draft: EndpointDraft, address: Address | null): string {
  return draft.urlTouched ? draft.url.trim() : draft.inbox && address ? address.url : "";
}

const filled = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ""));

export function createRequest(
  draft: EndpointDraft,
  provider: ProviderInfo | undefined,
  url: string,
  dryRun: boolean,
): CreateEndpoint {
  const known = new Set(provider?.fields.map((field) => field.name));
  const fields = filled(draft.fields);
  return {
    connection: draft.connection,
    url,
    events: draft.all ? [] : draft.events,
    all_events: draft.all,
    label: null,
    fields: Object.fromEntries(Object.entries(fields).filter(([name]) => known.has(name))),
    inbox: draft.inbox.trim() || null,
    dry_run: dryRun,
  };
}

const sameSet = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && [...one].sort().join("\n") === [...other].sort().join("\n");

/** Only what is another than before. Null when nothing is. */
export function updateRequest(
  draft: EndpointDraft,
  before: Endpoint,
  provider: ProviderInfo | undefined,
  revision: string | null,
  dryRun: boolean,
): UpdateEndpoint | null {
  const request: UpdateEndpoint = { connection: before.connection, id: before.id, fields: {}, dry_run: dryRun };
  if (revision !== null) request.revision = revision;
  let changes = 0;
  if (draft.url.trim() !== before.url) {
    request.url = draft.url.trim();
    changes += 1;
  }
  if (draft.all !== before.all_events || (!draft.all && !sameSet(draft.events, before.events))) {
    if (draft.all) request.all_events = true;
    else request.events = draft.events;
    changes += 1;
  }
  for (const field of provider?.fields ?? []) {
    const value = draft.fields[field.name] ?? "";
    if (!field.editable || value === fieldValue(before, field)) continue;
    request.fields[field.name] = value;
    changes += 1;
  }
  return changes === 0 ? null : request;
}

/** How "every event type" is said to this provider, for people. */
export function allWords(all: AllEvents): string {
  switch (all.kind) {
    case "wildcard":
      return `Sent as ${all.word}: also those that come later.`;
    case "empty":
      return "Sent as an empty list: also those that come later.";
    case "explicit":
      return "Each one known now is named in the call. One that comes later must be added.";
  }
}

export interface EventGroup {
  name: string;
  types: string[];
}

/** The event types under their families. Those that are chosen but not in the catalogue stand under a group of their own. */
export function groupsOf(known: readonly EventTypeInfo[], chosen: readonly string[], typed: string): EventGroup[] {
  const groups = new Map<string, string[]>();
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const add = (group: string, name: string) => {
    const hay = `${name} ${group}`.toLowerCase();
    if (!words.every((word) => hay.includes(word))) return;
    const list = groups.get(group);
    if (list) list.push(name);
    else groups.set(group, [name]);
  };
  const names = new Set<string>();
  for (const type of known) {
    names.add(type.name);
    add(type.group, type.name);
  }
  for (const name of chosen) if (!names.has(name)) add("Not in the catalogue", name);
  return [...groups].map(([name, types]) => ({ name, types }));
}

const LOOPBACK = /^(localhost|127\.|\[?::1\]?$)/;

function parsed(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

/** True when the call goes to this very machine, where any address will do. */
export function isLocal(url: string | null | undefined): boolean {
  const at = url ? parsed(url) : null;
  return at !== null && LOOPBACK.test(at.hostname);
}

/** What is probably wrong with the address; never stops the call. */
export function urlDoubts(
  url: string,
  provider: ProviderInfo | undefined,
  others: readonly Pick<Endpoint, "url">[],
  providerIsLocal = false,
): string[] {
  if (url === "") return [];
  const at = parsed(url);
  if (at === null || !/^https?:$/.test(at.protocol)) return ["This is not a whole address: it begins with https://."];
  const title = shortTitle(provider, "The provider");
  const doubts: string[] = [];
  if (!providerIsLocal && at.protocol === "http:" && provider?.url_rules.some((rule) => /https/i.test(rule)))
    doubts.push(`${title} takes HTTPS addresses only.`);
  if (!providerIsLocal && LOOPBACK.test(at.hostname))
    doubts.push(`${title} can't reach this machine under ${at.host}.`);
  else if (!providerIsLocal && isPrivateHost(at.hostname))
    doubts.push(`${title} can't reach ${at.host}: only this machine's network knows it.`);
  if (others.some((other) => other.url === url))
    doubts.push("Another endpoint of this connection has this address already.");
  return doubts;
}

/** What must be there before anything is sent. In an edit, what the provider never told is not asked for. */
export function missing(
  draft: EndpointDraft,
  provider: ProviderInfo | undefined,
  url: string,
  before?: Endpoint,
): Record<string, string> {
  const problems: Record<string, string> = {};
  if (draft.connection === "") problems.connection = "Choose a connection.";
  if (url === "") problems.url = "An address is needed.";
  if (!draft.all && draft.events.length === 0) problems.events = "Choose at least one event type.";
  for (const field of provider?.fields ?? []) {
    const value = draft.fields[field.name] ?? "";
    if (!field.required || value.trim() !== "" || (before && fieldValue(before, field) === value)) continue;
    problems[field.name] = `${field.label} is needed.`;
  }
  return problems;
}

/** The failure's words by field of this form, and whether some belong to none. */
export function problemsOf(
  failure: Failure | null,
  provider: ProviderInfo | undefined,
): { byField: Record<string, string>; other: boolean } {
  const byField: Record<string, string> = {};
  if (failure === null) return { byField, other: false };
  const known = new Set([
    "url",
    "events",
    "connection",
    "inbox",
    ...(provider?.fields.map((field) => field.name) ?? []),
  ]);
  let strangers = 0;
  for (const { field, problem } of failure.fields ?? []) {
    if (known.has(field)) byField[field] = byField[field] ? `${byField[field]}; ${problem}` : problem;
    else strangers += 1;
  }
  // A taken name is the inbox's: nothing else in this form is named here.
  if (failure.code === "already_exists" && !failure.fields?.length) byField.inbox = failure.message;
  return { byField, other: strangers > 0 };
}

/** A name for the inbox that is not taken yet. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const base =
    wanted
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, "-")
      .replace(/^[^a-z0-9]+/, "")
      .slice(0, 60) || "inbox";
  if (!taken.includes(base)) return base;
  for (let n = 2; ; n += 1) if (!taken.includes(`${base}-${n}`)) return `${base}-${n}`;
}

/** The rule of names for inboxes and connections, in words when it is broken. */
export function nameProblem(name: string): string | undefined {
  if (name === "") return "A name is needed.";
  if (!/^[a-z0-9]/.test(name)) return "Begin with a small letter or a digit.";
  if (!/^[a-z0-9._-]{1,64}$/.test(name)) return "Small letters, digits, dots, dashes and underscores only, at most 64.";
  return undefined;
}
