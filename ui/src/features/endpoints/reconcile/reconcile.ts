// What the provider says it sent beside what came, in words and figures. Nothing is matched here: the host did that.
import type { Tone } from "@/components/Badge";
import type {
  BringInBy,
  BroughtIn,
  MatchedBy,
  NotBroughtIn,
  ReconciledEntry,
  ReconcileState,
  Reconciliation,
} from "@/generated/api";
import { count } from "@/lib/format";

/** Entries that one call may name. */
export const CHUNK = 100;

/** Entries of a log that are read at first, and at most. */
export const ENTRIES = { first: 1_000, most: 10_000 } as const;

export type Since = "1h" | "24h" | "7d" | "all";

export const SPANS: readonly { value: Since; label: string; words: string }[] = [
  { value: "1h", label: "Last hour", words: "in the last hour" },
  { value: "24h", label: "Last 24 hours", words: "in the last 24 hours" },
  { value: "7d", label: "Last 7 days", words: "in the last 7 days" },
  { value: "all", label: "Everything", words: "in all" },
];

export function spanWords(since: Since): string {
  return SPANS.find((span) => span.value === since)?.words ?? "";
}

/** As the host is asked; everything is no bound at all. */
export function sinceText(since: Since): string | null {
  return since === "all" ? null : since;
}

export const STATES: Record<ReconcileState, { word: string; sign: string; tone: Tone; about: string }> = {
  accepted: { word: "Accepted", sign: "✓", tone: "ok", about: "It arrived, and the answer was 2xx." },
  refused: { word: "Refused", sign: "✕", tone: "bad", about: "It arrived, and the answer was not 2xx." },
  recovered: { word: "Recovered", sign: "↓", tone: "info", about: "It was fetched from the provider's log." },
  missing: { word: "Missing", sign: "!", tone: "warn", about: "The provider sent it, and it is not here." },
  pending: { word: "Pending", sign: "…", tone: "none", about: "The provider has yet to send it, or tries again." },
};

export const MATCHED: Record<MatchedBy, { word: string; about: string }> = {
  delivery_id: { word: "delivery id", about: "Matched by the provider's id of the delivery." },
  event_id: { word: "event id", about: "Matched by the provider's id of the event." },
  hash_and_time: { word: "body and time", about: "Matched by the same body at about the same time." },
  time: { word: "time", about: "The log names no event: matched by type and time, each delivery for one entry." },
  order: { word: "order", about: "The log tells no times: matched by type, answer and order." },
};

export type Shown = "all" | ReconcileState | "not_in_log";

/** The filters that are worth a chip: every state that occurs, after all of them. */
export function chips(found: Reconciliation): { value: Shown; label: string; count: number }[] {
  const counts = new Map<ReconcileState, number>();
  for (const one of found.entries) counts.set(one.state, (counts.get(one.state) ?? 0) + 1);
  const states = (Object.keys(STATES) as ReconcileState[]).filter((state) => counts.has(state));
  return [
    { value: "all", label: "All", count: found.entries.length },
    ...states.map((state) => ({ value: state, label: STATES[state].word, count: counts.get(state) ?? 0 })),
  ];
}

export function shownOf(found: Reconciliation, shown: Shown): ReconciledEntry[] {
  return shown === "all" ? found.entries : found.entries.filter((one) => one.state === shown);
}

export function missingIds(found: Reconciliation): string[] {
  return found.entries.filter((one) => one.state === "missing").map((one) => one.entry.id);
}

/** What was answered here; nobody was answered for what was fetched. */
export function answered(one: ReconciledEntry): string {
  return one.status === null ? "–" : one.status === 0 ? "fetched" : String(one.status);
}

/** The provider's own words for what became of an entry, as short as they are. */
export function theirWords(one: ReconciledEntry): { word: string; title: string } {
  const { status, response_status: answer, error, attempts } = one.entry;
  const title = [
    status,
    error,
    answer === null ? "" : `answered ${answer}`,
    attempts === null ? "" : `attempt ${count(attempts)}`,
  ]
    .filter(Boolean)
    .join(" · ");
  return { word: status || (answer === null ? "–" : String(answer)), title };
}

export interface Ways {
  /** Those there are, the one the host takes by itself first. */
  ways: BringInBy[];
  /** In one sentence: what happens to them. */
  words: string;
}

/** How the missing ones can be brought in, in words. */
export function waysOf(found: Pick<Reconciliation, "can_recover" | "can_redeliver">, title: string): Ways {
  if (found.can_recover) {
    return {
      ways: found.can_redeliver ? ["recover", "redeliver"] : ["recover"],
      words: `${title}'s log holds the requests: they are fetched and kept here as recovered, with their signatures checked.`,
    };
  }
  if (found.can_redeliver) {
    return {
      ways: ["redeliver"],
      words: `${title} is asked to send them again: they arrive here like any delivery.`,
    };
  }
  return { ways: [], words: "" };
}

export function chunked<T>(all: readonly T[], size = CHUNK): T[][] {
  const answer: T[][] = [];
  for (let at = 0; at < all.length; at += size) answer.push(all.slice(at, at + size));
  return answer;
}

export function nothingYet(): BroughtIn {
  return { recovered: [], redelivered: [], already_here: [], failed: [] };
}

export function joined(one: BroughtIn, other: BroughtIn): BroughtIn {
  return {
    recovered: [...one.recovered, ...other.recovered],
    redelivered: [...one.redelivered, ...other.redelivered],
    already_here: [...one.already_here, ...other.already_here],
    failed: [...one.failed, ...other.failed],
  };
}

/** What came of it, in parts of one sentence. */
export function outcomeWords(came: BroughtIn, title: string): string[] {
  const invalid = came.recovered.filter((one) => one.verdict === "invalid").length;
  const valid = came.recovered.filter((one) => one.verdict === "valid").length;
  const parts: string[] = [];
  if (came.recovered.length > 0) {
    const checked = [valid ? `${count(valid)} with a valid signature` : "", invalid ? `${count(invalid)} invalid` : ""]
      .filter(Boolean)
      .join(", ");
    parts.push(`${count(came.recovered.length)} fetched from the log${checked ? ` (${checked})` : ""}`);
  }
  if (came.redelivered.length > 0)
    parts.push(
      `${count(came.redelivered.length)} asked for: ${title} sends ${came.redelivered.length === 1 ? "it" : "them"} again`,
    );
  if (came.already_here.length > 0) parts.push(`${count(came.already_here.length)} here already`);
  if (came.failed.length > 0) parts.push(`${count(came.failed.length)} could not be brought in`);
  return parts;
}

export interface FailedGroup {
  message: string;
  hint: string;
  entries: string[];
}

/** The failed ones under their reasons: a reason that holds for a hundred is said once. */
export function failedGroups(failed: readonly NotBroughtIn[]): FailedGroup[] {
  const groups = new Map<string, FailedGroup>();
  for (const { entry, failure } of failed) {
    const message = failure.message.replaceAll(entry, "it");
    const group = groups.get(message);
    if (group) group.entries.push(entry);
    else groups.set(message, { message, hint: failure.hint ?? "", entries: [entry] });
  }
  return [...groups.values()];
}

/** Those with problems first: unreadable, then by how many are missing, refused, pending; then as they came. */
export function worstFirst<T extends { found: Reconciliation }>(all: readonly T[]): T[] {
  const refused = (one: Reconciliation) => one.arrived - one.accepted;
  return [...all].sort(
    ({ found: one }, { found: other }) =>
      Number(other.failure !== null) - Number(one.failure !== null) ||
      other.missing - one.missing ||
      refused(other) - refused(one) ||
      other.pending - one.pending,
  );
}

export interface Figures {
  sent: number;
  arrived: number;
  accepted: number;
  missing: number;
  pending: number;
  notInLog: number;
}

export function figuresOf(all: readonly Reconciliation[]): Figures {
  const sum: Figures = { sent: 0, arrived: 0, accepted: 0, missing: 0, pending: 0, notInLog: 0 };
  for (const one of all) {
    sum.sent += one.sent;
    sum.arrived += one.arrived;
    sum.accepted += one.accepted;
    sum.missing += one.missing;
    sum.pending += one.pending;
    sum.notInLog += one.not_in_log.length;
  }
  return sum;
}
