// The form of a replay: what is typed, what is planned, and the plan in words.
import type { ReplayMode, ReplayOptions, ReplayPlan, ReplayStart, Selection, TargetClass } from "@/generated/api";
import { count, counted, millis, span } from "@/lib/format";

export interface ReplayDraft {
  /** Empty with `ids`: these and no others. */
  query: string;
  ids: string[];
  target: string;
  resign: boolean;
  /** Empty: as fast as the target answers. */
  rate: string;
  concurrency: string;
  retries: string;
  /** In seconds. */
  timeout: string;
  stop: boolean;
  /** After how many failures. */
  stopAfter: string;
}

export function emptyReplay(query: string, ids: readonly string[], target: string | null): ReplayDraft {
  return {
    query,
    ids: [...ids],
    target: target ?? "",
    resign: true,
    rate: "50",
    concurrency: "8",
    retries: "3",
    timeout: "10",
    stop: false,
    stopAfter: "1",
  };
}

const whole = (text: string): number => (/^\d+$/.test(text.trim()) ? Number(text.trim()) : Number.NaN);
const positive = (text: string): number => (/^\d+(\.\d+)?$/.test(text.trim()) ? Number(text.trim()) : Number.NaN);

/** What can't be sent as it stands, by field. */
export function replayProblems(draft: ReplayDraft): Record<string, string> {
  const problems: Record<string, string> = {};
  if (draft.target.trim() === "") problems.target = "Where to? An http or https address.";
  else if (!/^https?:\/\/[^/\s]+/.test(draft.target.trim()))
    problems.target = "An address begins with http:// or https://.";
  if (draft.rate.trim() !== "" && !(positive(draft.rate) > 0)) problems.rate = "A number above 0, or empty.";
  const at = whole(draft.concurrency);
  if (!(at >= 1 && at <= 256)) problems.concurrency = "1 to 256.";
  const tries = whole(draft.retries);
  if (!(tries >= 0 && tries <= 20)) problems.retries = "0 to 20.";
  if (!(positive(draft.timeout) > 0)) problems.timeout = "Seconds, above 0.";
  if (draft.stop && !(whole(draft.stopAfter) >= 1)) problems.stopAfter = "A number from 1.";
  return problems;
}

/** Only call it when there are no problems. */
export function optionsOf(draft: ReplayDraft): ReplayOptions {
  const mode: ReplayMode = draft.resign ? "resign" : "verbatim";
  return {
    target: draft.target.trim(),
    mode,
    rate: draft.rate.trim() === "" ? null : positive(draft.rate),
    concurrency: whole(draft.concurrency),
    retries: whole(draft.retries),
    timeout_ms: Math.round(positive(draft.timeout) * 1000),
    stop_after_failures: draft.stop ? whole(draft.stopAfter) : null,
  };
}

export function selectionOf(draft: ReplayDraft): Selection {
  return draft.ids.length > 0 ? { ids: draft.ids, query: "" } : { ids: [], query: draft.query.trim() };
}

export function startRequest(draft: ReplayDraft, confirmed: boolean): ReplayStart {
  return { selection: selectionOf(draft), options: optionsOf(draft), confirmed };
}

export const CLASS_WORDS: Record<TargetClass, { word: string; tone: "ok" | "info" | "warn"; about: string }> = {
  loopback: { word: "this machine", tone: "ok", about: "Nothing leaves this machine." },
  private: { word: "private network", tone: "info", about: "It stays in the local network." },
  public: { word: "public", tone: "warn", about: "It leaves this network." },
};

/** A span in its largest unit. */
function roughly(seconds: number): string {
  return span(seconds).replace(/(min|h) \d+ (s|min)$/, "$1");
}

/** How old what is sent is, now: `4 days to 1 h old`. */
export function ageWords(plan: Pick<ReplayPlan, "oldest" | "newest">, now: number): string {
  if (plan.oldest === null || plan.newest === null) return "";
  const old = roughly((now - millis(plan.oldest)) / 1000);
  const young = roughly((now - millis(plan.newest)) / 1000);
  return old === young ? `${old} old` : `${old} to ${young} old`;
}

/** Verbatim signatures are checked against a clock: why signing again is the better choice. */
export function resignWords(plan: ReplayPlan | undefined, now: number): string {
  if (plan?.oldest == null) return "With the inbox's current secret and a fresh timestamp.";
  const age = (now - millis(plan.oldest)) / 1000;
  if (age < 300) return "With the inbox's current secret and a fresh timestamp.";
  return `The recorded timestamps are up to ${roughly(age)} old: a receiver that checks them would refuse them.`;
}

export interface PlanLine {
  label: string;
  text: string;
  tone?: "warn";
}

/** The plan as lines of words; what is nothing is left out. */
export function planLines(plan: ReplayPlan, draft: Pick<ReplayDraft, "resign" | "rate">, now: number): PlanLine[] {
  const lines: PlanLine[] = [];
  const age = ageWords(plan, now);
  if (age) lines.push({ label: "Age", text: `${age}, the oldest is sent first` });
  if (plan.inboxes.length > 0) {
    const shown = plan.inboxes.slice(0, 6).map((one) => `${one.name} ${count(one.count)}`);
    const more = plan.inboxes.length - shown.length;
    lines.push({
      label: "From",
      text: shown.join(", ") + (more > 0 ? ` and ${counted(more, "other inbox", "other inboxes")}` : ""),
    });
  }
  if (plan.duplicates > 0) {
    lines.push({
      label: "Duplicates",
      text: `${counted(plan.duplicates, "delivery", "deliveries")} of an event that is in the plan already`,
      tone: "warn",
    });
  }
  if (draft.resign && plan.unsignable > 0) {
    lines.push({
      label: "Can't be signed",
      text: `${counted(plan.unsignable, "delivery", "deliveries")} without a secret here; left out`,
      tone: "warn",
    });
  }
  if (plan.cut > 0) {
    lines.push({ label: "Cut", text: `${counted(plan.cut, "body", "bodies")} not kept whole`, tone: "warn" });
  }
  const rate = positive(draft.rate);
  if (rate > 0 && plan.count > 1) lines.push({ label: "Takes at least", text: span((plan.count - 1) / rate) });
  return lines;
}

/** What the button that starts it says: what will go out, without those that can't be signed again. */
export function startWords(plan: ReplayPlan | undefined, resign: boolean): string {
  if (plan === undefined) return "Send";
  const sent = plan.count - (resign ? plan.unsignable : 0);
  return sent === 1 ? "Send 1 delivery" : `Send ${count(sent)} deliveries`;
}

/** The ids of the address, in order, each once. */
export function idsOf(text: string | undefined): string[] {
  return [...new Set((text ?? "").split(",").filter(Boolean))];
}
