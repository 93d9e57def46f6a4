// The parts a signed text is made of: what they are called, how they are written in a template, which mark each gets.

export interface Part {
  kind: PartKind;
  /** The name of a header, the text itself … empty for parts that need none. */
  value: string;
}

interface Words {
  label: string;
  /** What has to be said besides; absent: nothing. */
  asks?: string;
  hint: string;
}

export const PART_WORDS = {
  timestamp: { label: "timestamp", hint: "As the sender wrote it" },
  body: { label: "body", hint: "Its bytes as received" },
  text: { label: "text", asks: "Text", hint: "Stands there as it is, a dot for instance" },
  header: { label: "header", asks: "Name of the header", hint: "The value of a header" },
  id: { label: "id", asks: "Name of the header with the id", hint: "The header that holds the event's id" },
  method: { label: "method", hint: "POST, mostly" },
  url: { label: "address", hint: "All of it, as the sender saw it" },
  "url:registered": { label: "registered address", hint: "As the inbox is set to, else as the sender saw it" },
  "url:no_query": { label: "address without query", hint: "Everything before the question mark" },
  "url:path_query": { label: "path and query", hint: "Without the host" },
  field: { label: "signature field", asks: "Name of the pair", hint: "A named value of the signature header" },
  json: { label: "JSON value", asks: "JSON pointer, /data/id", hint: "A value out of the body" },
  form: { label: "form field", asks: "Name of the field", hint: "A field of a form body" },
  query: { label: "query parameter", asks: "Name of the parameter", hint: "Out of the address" },
  form_sorted: { label: "sorted form", hint: "Names and values of the form, sorted" },
  config: { label: "setting", asks: "Key of the setting", hint: "What the inbox is set to, webhook_id for instance" },
  secret: { label: "secret", hint: "For algorithms that hash it with the text" },
  other: { label: "part", asks: "Placeholder", hint: "" },
} as const satisfies Record<string, Words>;

export type PartKind = keyof typeof PART_WORDS;

/** What the add menu offers, the usual ones first. `other` only comes from files. */
export const ADDABLE: readonly PartKind[] = (Object.keys(PART_WORDS) as PartKind[]).filter((kind) => kind !== "other");

export function wordsOf(kind: PartKind): Words {
  return PART_WORDS[kind];
}

export const asks = (kind: PartKind): string | undefined => wordsOf(kind).asks;

/** Which of the few colours a part gets, by the kind the engine or a template gives it. */
export function colourOf(kind: string): "timestamp" | "id" | "body" | "header" | "text" {
  const base = kind.split(":")[0] ?? "";
  if (base === "timestamp" || base === "id" || base === "body" || base === "text") return base;
  if (base === "body_value" || base === "json" || base === "form" || base === "form_sorted") return "body";
  return base === "" ? "text" : "header";
}

/** What a part of a signed text is called. */
export function partName(kind: string): string {
  if (kind === "text" || kind === "") return "fixed text";
  if (kind === "body_value") return "value of the body";
  if (kind === "derived") return "made of other parts";
  const whole = PART_WORDS[kind as PartKind];
  if (whole) return whole.label;
  const [base = "", ...rest] = kind.split(":");
  const words = PART_WORDS[base as PartKind];
  return words ? `${words.label} ${rest.join(":")}`.trim() : kind;
}

const BARE = new Set(["timestamp", "body", "method", "url", "secret", "form_sorted"]);
const NAMED = new Set(["header", "field", "json", "form", "query", "config"]);

/** A template in its parts: literal text and placeholders. `{{` is a brace. */
export function partsOf(template: string): Part[] {
  const parts: Part[] = [];
  let literal = "";
  const flush = () => {
    if (literal !== "") parts.push({ kind: "text", value: literal });
    literal = "";
  };
  for (const [token] of template.matchAll(/\{\{|\}\}|\{[^{}]*\}|[\s\S]/gu)) {
    if (token === "{{" || token === "}}") literal += token[0];
    else if (token.length > 2 && token.startsWith("{") && token.endsWith("}")) {
      flush();
      parts.push(partOf(token.slice(1, -1)));
    } else literal += token;
  }
  flush();
  return parts;
}

function partOf(name: string): Part {
  if (BARE.has(name)) return { kind: name as PartKind, value: "" };
  if (name === "url:registered" || name === "url:no_query" || name === "url:path_query")
    return { kind: name, value: "" };
  const at = name.indexOf(":");
  const kind = name.slice(0, at);
  if (at > 0 && NAMED.has(kind)) return { kind: kind as PartKind, value: name.slice(at + 1) };
  return { kind: "other", value: name };
}

/** A part as it stands in a template. */
export function placeholderOf(part: Part): string {
  switch (part.kind) {
    case "text":
      return part.value.replace(/[{}]/g, (brace) => brace + brace);
    case "id":
      return `{header:${part.value}}`;
    case "other":
      return `{${part.value}}`;
    default:
      return asks(part.kind) ? `{${part.kind}:${part.value}}` : `{${part.kind}}`;
  }
}

/** Parts with literal text that can't be seen made visible, for one line. */
export function shown(part: Part): string {
  if (part.kind === "text") return part.value.replaceAll("\n", "⏎").replaceAll("\r", "␍").replaceAll("\t", "⇥");
  return placeholderOf(part);
}

export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one === undefined) return next;
  next.splice(Math.max(0, Math.min(next.length, to)), 0, one);
  return next;
}
