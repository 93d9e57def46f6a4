// How two texts differ, cut into what is the same and what is not, so that the difference can be marked.
import type { ByteDifference, Diagnosis, Evidence, Search } from "@/generated/api";
import { count, counted } from "@/lib/format";

export interface Cut {
  before: string;
  /** What differs; empty on the side that lacks it. */
  differs: string;
  after: string;
}

/** One visible sign: an escape such as `\x0a` is never cut in two. */
const SIGNS = /\\(?:x[0-9a-fA-F]{2}|u\{[0-9a-fA-F]+\}|[nrt0\\])|[\s\S]/gu;

const signs = (text: string): string[] => text.match(SIGNS) ?? [];

/** Both sides of a difference, each in three pieces. */
export function cutBoth(received: string, signed: string): { received: Cut; signed: Cut } {
  const came = signs(received);
  const meant = signs(signed);
  let head = 0;
  while (head < came.length && head < meant.length && came[head] === meant[head]) head += 1;
  let tail = 0;
  while (
    tail < came.length - head &&
    tail < meant.length - head &&
    came[came.length - 1 - tail] === meant[meant.length - 1 - tail]
  )
    tail += 1;
  const cut = (all: string[]): Cut => ({
    before: all.slice(0, head).join(""),
    differs: all.slice(head, all.length - tail).join(""),
    after: all.slice(all.length - tail).join(""),
  });
  return { received: cut(came), signed: cut(meant) };
}

/** Where the first signature leaves the second, and the piece to be marked. */
export function cutSignature(text: string, other: string | undefined): Cut {
  if (other === undefined || text === other) return { before: text, differs: "", after: "" };
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  return { before: text.slice(0, at), differs: text.slice(at, at + 4), after: text.slice(at + 4) };
}

interface EvidenceWords {
  title: string;
  came: string;
  signed: string;
}

const WHAT: Record<string, EvidenceWords> = {
  body: { title: "The body", came: "What came", signed: "What was signed" },
  url: { title: "The address", came: "Used here", signed: "What was signed" },
  timestamp: { title: "The timestamp", came: "Used here", signed: "What was signed" },
  "signed content": { title: "The signed text", came: "Used here", signed: "What was signed" },
  signature: { title: "The signature", came: "", signed: "" },
};

/** What is compared, in words. */
export function evidenceWords(what: string): EvidenceWords {
  return WHAT[what] ?? { title: what, came: "What came", signed: "What was signed" };
}

/** What of the sizes is worth saying: `14 bytes added on the way`. */
export function sizeWords(evidence: Pick<Evidence, "what" | "received_size" | "signed_size">): string {
  const by = evidence.signed_size - evidence.received_size;
  if (by === 0) return `both ${counted(evidence.received_size, "byte")}`;
  if (evidence.what !== "body")
    return `${counted(evidence.received_size, "byte")} here, ${count(evidence.signed_size)} signed`;
  return `${counted(evidence.received_size, "byte")} came, ${count(evidence.signed_size)} were signed: ${count(Math.abs(by))} ${by > 0 ? "lost" : "added"} on the way`;
}

/** Blanks that differ are made visible. */
export function seenBlanks(text: string): string {
  return text.replaceAll(" ", "␣").replaceAll("\u00a0", "⍽");
}

/** True when there is something to be seen besides the sentence. */
export function hasEvidence(evidence: Evidence | null | undefined): evidence is Evidence {
  return Boolean(evidence && (evidence.differences.length > 0 || evidence.computed || evidence.received_signature));
}

/** Causes without repeats, in the engine's order. */
export function ranked(diagnosis: readonly Diagnosis[]): Diagnosis[] {
  const seen = new Set<string>();
  return diagnosis.filter((one) => {
    const key = `${one.code} ${one.explanation}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** How far a search is, from 0 to 1. */
export function share(search: Pick<Search, "tried" | "total">): number {
  return search.total <= 0 ? 0 : Math.min(1, search.tried / search.total);
}

/** The state of a search in one sentence. `found`: it ended because it found something certain. */
export function searchWords(search: Search, found = false): string {
  const tried = counted(search.tried, "way", "ways");
  const time =
    search.elapsed_ms >= 1000 ? `${(search.elapsed_ms / 1000).toFixed(1)} s` : `${Math.round(search.elapsed_ms)} ms`;
  switch (search.state) {
    case "complete":
      if (found) return `Found in ${time}, after ${tried}.`;
      return `${tried} tried in ${time}. That is all there are.`;
    case "more":
      return `${tried} of ${count(search.total)} tried in ${time}.`;
    case "running":
      return `${tried} of ${count(search.total)} tried so far.`;
    case "cancelled":
      return `Stopped after ${count(search.tried)} of ${count(search.total)} ways.`;
  }
}

/** The result of a mend, said in place. */
export function mendedWords(result: { checked: number; valid: number }): string {
  if (result.checked === 0) return "No failed delivery was left to check again.";
  const checked = `${counted(result.checked, "delivery", "deliveries")} checked again`;
  if (result.checked === 1) return `${checked}, ${result.valid === 1 ? "it is valid now" : "it is not valid yet"}.`;
  if (result.valid === result.checked) return `${checked}, all are valid now.`;
  if (result.valid === 0) return `${checked}, none is valid yet.`;
  return `${checked}, ${count(result.valid)} ${result.valid === 1 ? "is" : "are"} valid now.`;
}

/** Bytes of the body shown on either side of a difference. */
export const AROUND = 14;
/** Bytes of one side of a difference that the engine tells at most. */
const TOLD = 64;

/** How many bytes a visible text stands for. */
export function bytesOf(visible: string): number {
  return new TextEncoder().encode(visible.replace(/\\x[0-9a-f]{2}/gi, "?")).length;
}

/** What of the body has to be read to show a difference in its place: never as far as the next one, which differs too. */
export function around(
  all: readonly ByteDifference[],
  n: number,
): { before: [number, number]; after: [number, number] | null } | null {
  const one = all[n];
  if (one === undefined) return null;
  const end = (of: ByteDifference) => of.offset + bytesOf(of.received);
  const previous = all[n - 1];
  const next = all[n + 1];
  const from = Math.max(0, one.offset - AROUND, previous ? end(previous) : 0);
  const to = Math.min(end(one) + AROUND, next?.offset ?? Number.POSITIVE_INFINITY);
  return {
    before: [Math.min(from, one.offset), Math.max(0, one.offset - from)],
    // What was cut does not end where its told part ends.
    after: bytesOf(one.received) >= TOLD || bytesOf(one.signed) >= TOLD ? null : [end(one), Math.max(0, to - end(one))],
  };
}

/** Bytes of the body as the engine shows them; a character cut at an edge is left out. */
export function visibleBytes(bytes: Uint8Array): string {
  return new TextDecoder()
    .decode(bytes)
    .replace(/^\ufffd+|\ufffd+$/g, "")
    .replace(/\p{Cc}/gu, (sign) => `\\x${(sign.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`);
}
