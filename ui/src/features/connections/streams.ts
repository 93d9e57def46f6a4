// A live stream in words: where it stands, what was heard, where its events go.
import { nameProblem } from "@/features/endpoints/form";
import { ability } from "@/features/endpoints/operations";
import type { Inbox, LiveStream, ProviderInfo, StreamState } from "@/generated/api";
import { counted } from "@/lib/format";

export const STREAM_STATES: Record<StreamState, { word: string; tone: "ok" | "bad" | "warn" | "info" }> = {
  connecting: { word: "Connecting", tone: "info" },
  open: { word: "Listening", tone: "ok" },
  waiting: { word: "Waiting", tone: "warn" },
  failed: { word: "Given up", tone: "bad" },
};

/** What takes the deliveries that no other inbox takes: a stream needs one of its own. */
const UNSORTED = "unsorted";

export function canListen(provider: ProviderInfo | undefined): boolean {
  return ability(provider, "listen").possible;
}

/** What the one button of a stream does, in the words of a command. */
export function streamLabel(stream: LiveStream | undefined): string {
  if (stream === undefined) return "Listen to live stream…";
  return stream.state === "failed" ? "Listen again" : "Stop listening";
}

/** How many events were heard; when the last was stands behind it. */
export function heardWords(stream: Pick<LiveStream, "heard" | "state">): string {
  if (stream.heard === 0) return stream.state === "failed" ? "No event was heard" : "No event yet";
  return `${counted(stream.heard, "event")} heard`;
}

/** Why the host would not take this inbox. */
export function streamInboxProblem(name: string): string | undefined {
  if (name === UNSORTED) return "A stream needs an inbox of its own.";
  return nameProblem(name);
}

/** Whether the inbox is there already, since its deliveries and these then stand together. */
export function streamInboxHint(name: string, inboxes: readonly Pick<Inbox, "name">[] | undefined): string {
  if (inboxes === undefined) return "";
  return inboxes.some((one) => one.name === name)
    ? "This inbox is there already: what it holds and what is heard stand together."
    : "There is no inbox of this name yet: it is made.";
}
