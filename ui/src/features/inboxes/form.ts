// The form of an inbox: what is typed, what is sent, and what to think about before it is saved.
import type { AnswerRule, Inbox, InboxUpdate, SchemeInfo } from "@/generated/api";
import { span } from "@/lib/format";

export interface InboxDraft {
  scheme: string;
  config: Record<string, string>;
  status: string;
  /** `Name: value`, one a line. */
  headers: string;
  body: string;
  /** In milliseconds, as typed. */
  delay: string;
  /** Whether handshakes get the answer their sender wants. */
  handshakes: boolean;
  /** One address a line. */
  forward: string;
}

export function draftOfInbox(inbox: Inbox): InboxDraft {
  return {
    scheme: inbox.scheme ?? "",
    config: { ...inbox.config },
    status: String(inbox.answer.status),
    headers: inbox.answer.headers.map(([name, value]) => `${name}: ${value}`).join("\n"),
    body: inbox.answer.body,
    delay: String(inbox.answer.delay_ms),
    handshakes: inbox.answer_handshakes,
    forward: inbox.forward_to.join("\n"),
  };
}

const linesOf = (text: string) =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

/** `Name: value` lines as pairs; null when one has no colon. */
export function headersOf(text: string): [string, string][] | null {
  const pairs: [string, string][] = [];
  for (const line of linesOf(text)) {
    const at = line.indexOf(":");
    if (at < 1) return null;
    pairs.push([line.slice(0, at).trim(), line.slice(at + 1).trim()]);
  }
  return pairs;
}

const whole = (text: string): number => (/^\d+$/.test(text.trim()) ? Number(text.trim()) : Number.NaN);

/** What can't be sent as it stands, by field. The host checks once more. */
export function inboxProblems(draft: InboxDraft, schemes: readonly SchemeInfo[]): Record<string, string> {
  const problems: Record<string, string> = {};
  const status = whole(draft.status);
  if (!(status >= 200 && status <= 599)) problems.status = "A status from 200 to 599.";
  const delay = whole(draft.delay);
  if (!(delay >= 0 && delay <= 120_000)) problems.delay = "Whole milliseconds, at most 120,000.";
  if (headersOf(draft.headers) === null) problems.headers = "One header a line: Name: value.";
  const wrong = linesOf(draft.forward).find((line) => !/^https?:\/\/[^/\s]+/.test(line));
  if (wrong) problems.forward = `${wrong} is no http or https address.`;
  if (draft.scheme !== "" && schemes.length > 0 && !schemes.some((scheme) => scheme.id === draft.scheme))
    problems.scheme = "No scheme of this name. Choose one of the list, or leave it empty.";
  return problems;
}

/** Only call it when there are no problems. */
export function answerOf(draft: InboxDraft): AnswerRule {
  return {
    status: whole(draft.status),
    headers: headersOf(draft.headers) ?? [],
    body: draft.body,
    delay_ms: whole(draft.delay),
  };
}

/** What is another than before; null: nothing is. */
export function inboxUpdate(draft: InboxDraft, inbox: Inbox): InboxUpdate | null {
  const request: InboxUpdate = { name: inbox.name };
  const before = draftOfInbox(inbox);
  let changed = false;
  if (draft.scheme !== before.scheme) {
    request.scheme = draft.scheme;
    changed = true;
  }
  if (JSON.stringify(draft.config) !== JSON.stringify(before.config)) {
    request.config = draft.config;
    changed = true;
  }
  if (
    draft.status !== before.status ||
    draft.headers !== before.headers ||
    draft.body !== before.body ||
    draft.delay !== before.delay
  ) {
    request.answer = answerOf(draft);
    changed = true;
  }
  if (draft.handshakes !== before.handshakes) {
    request.answer_handshakes = draft.handshakes;
    changed = true;
  }
  if (draft.forward !== before.forward) {
    request.forward_to = linesOf(draft.forward);
    changed = true;
  }
  return changed ? request : null;
}

export interface AnswerWarning {
  text: string;
  /** It wants a yes before it is saved. */
  grave: boolean;
}

/** What such an answer does at providers. */
export function answerWarnings(draft: Pick<InboxDraft, "status" | "delay">): AnswerWarning[] {
  const warnings: AnswerWarning[] = [];
  const status = whole(draft.status);
  const delay = whole(draft.delay);
  if (status === 410) {
    warnings.push({
      text: "410 means “gone for good”: some providers, Mynd among them, then remove the endpoint and never send again.",
      grave: true,
    });
  } else if (status >= 400 && status < 500) {
    warnings.push({
      text:
        status === 429
          ? "429 asks the provider to wait; it tries again later, at the earliest after a minute."
          : "After a 4xx some providers, Mnemom among them, do not try again: these deliveries are lost to the handler.",
      grave: false,
    });
  } else if (status >= 500) {
    warnings.push({
      text: "Providers try again after a 5xx, and switch the endpoint off after enough of them.",
      grave: false,
    });
  } else if (status >= 300 && status < 400) {
    warnings.push({ text: "Providers count a redirect as a failure; few follow it.", grave: false });
  }
  if (delay > 10_000) {
    warnings.push({
      text: `Providers give up after about 10 s: an answer after ${span(delay / 1000)} counts as a failure.`,
      grave: false,
    });
  }
  return warnings;
}

/** The handshakes that are known without a scheme. */
const GENERAL = "CloudEvents, Event Grid, Microsoft Graph";

/** The handshakes that an inbox of this scheme knows, in words; null: none, or no such scheme. */
export function handshakesOf(id: string, schemes: readonly SchemeInfo[]): string | null {
  if (id === "") return GENERAL;
  const scheme = schemes.find((one) => one.id === id);
  if (scheme === undefined || scheme.handshakes.length === 0) return null;
  return `${scheme.title} ${scheme.handshakes.join(", ")}`;
}

/** A line for the shell that makes a delivery. */
export function curlLine(base: string, name: string): string {
  return `curl -X POST '${base.replace(/\/$/, "")}/in/${name}' -H 'content-type: application/json' -d '{"hello":"waybill"}'`;
}
