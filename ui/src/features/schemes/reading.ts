// What a scheme file says, for showing it and for filling in the form. What it means is the engine's to say.
import { span } from "@/lib/format";
import type { FormRequest } from "./form";
import { partsOf, placeholderOf } from "./parts";
import { readToml, type TomlTable, type TomlValue } from "./toml";

const table = (value: TomlValue | undefined): TomlTable | undefined =>
  typeof value === "object" && !Array.isArray(value) ? value : undefined;
const text = (value: TomlValue | undefined): string | undefined => (typeof value === "string" ? value : undefined);
const number = (value: TomlValue | undefined): number | undefined => (typeof value === "number" ? value : undefined);
const texts = (value: TomlValue | undefined): string[] | undefined =>
  typeof value === "string"
    ? [value]
    : Array.isArray(value) && value.every((one) => typeof one === "string")
      ? (value as string[])
      : undefined;

/** `{ header = "X-Id" }` as `header:X-Id`; only where it names one thing. */
function place(value: TomlValue | undefined): string | undefined {
  const entries = Object.entries(table(value) ?? {});
  const [kind, name] = entries[0] ?? [];
  return entries.length === 1 && kind !== undefined && typeof name === "string" ? `${kind}:${name}` : undefined;
}

export interface FormReading {
  form: FormRequest;
  /** What the file says and the form has no place for; the verdict does not depend on it. */
  left: string[];
}

/** Keys of `[signature]` that the form holds. */
const SIGNATURE = ["from", "format", "prefix", "separator", "assign", "version_separator", "accept", "encoding"];

/** The form that says the same as the file; null when the form can't say what the verdict depends on. */
export function formOf(file: string): FormReading | null {
  const read = readToml(file);
  if (read === null) return null;
  const left: string[] = [];
  const known = new Set(["title", "algorithm", "message", "note", "key", "signature", "timestamp", "identity", "emit"]);
  for (const key of Object.keys(read)) {
    if (known.has(key)) continue;
    if (!["sources", "detect", "companions", "unconfirmed", "handshake"].includes(key)) return null;
    left.push(key);
  }
  const signature = table(read.signature);
  const algorithm = text(read.algorithm);
  if (signature === undefined || algorithm === undefined) return null;
  if (Object.keys(signature).some((key) => !SIGNATURE.includes(key))) return null;
  const from = place(signature.from);
  const encoding = texts(signature.encoding);
  if (!from?.startsWith("header:") || (encoding?.length ?? 0) > 1) return null;
  const message = texts(read.message);
  if (message === undefined && read.message !== undefined) return null;

  const form: FormRequest = {
    title: text(read.title) ?? "",
    algorithm,
    signature_header: from.slice("header:".length),
    message_parts: (message ?? []).flatMap((template) => partsOf(template).map(placeholderOf)),
  };
  for (const key of ["format", "prefix", "separator", "assign", "version_separator"] as const) {
    const value = text(signature[key]);
    if (value !== undefined) form[key] = value;
  }
  const accept = texts(signature.accept);
  if (accept) form.accept = accept;
  if (encoding?.[0] !== undefined) form.encoding = encoding[0];
  const note = text(read.note)?.trim();
  if (note) form.note = note;

  const key = table(read.key);
  if (key) {
    if (Object.keys(key).some((one) => !["encoding", "strip_prefix", "published"].includes(one))) return null;
    if (key.published !== undefined) left.push("published");
    const reading = text(key.encoding);
    const prefixes = texts(key.strip_prefix);
    if (reading === undefined || (prefixes?.length ?? 0) > 1) return null;
    form.key_encoding = reading;
    if (prefixes?.[0] !== undefined) form.key_prefix = prefixes[0];
  }

  const timestamp = table(read.timestamp);
  if (timestamp) {
    if (Object.keys(timestamp).some((one) => !["from", "unit", "max_age", "max_future"].includes(one))) return null;
    const where = place(timestamp.from);
    const units = texts(timestamp.unit);
    if (units?.length !== 1 || units[0] === undefined) return null;
    if (where?.startsWith("header:")) form.timestamp_header = where.slice("header:".length);
    else if (where?.startsWith("field:")) form.timestamp_field = where.slice("field:".length);
    else return null;
    form.timestamp_unit = units[0];
    const age = number(timestamp.max_age);
    const future = number(timestamp.max_future);
    if (age !== undefined) form.max_age = age;
    if (future !== undefined) form.max_future = future;
  }

  const identity = table(read.identity) ?? {};
  for (const name of ["event_type", "event_id", "delivery_id"] as const) {
    const value = identity[name];
    const first = place(Array.isArray(value) ? value[0] : value);
    if (first !== undefined) form[name] = first;
    if (value !== undefined && (first === undefined || (Array.isArray(value) && value.length > 1))) left.push(name);
  }
  const emit = table(read.emit);
  if (emit) {
    const id = texts(emit.id);
    if (id?.length === 1 && id[0] !== undefined) form.id_header = id[0];
    if (Object.keys(emit).some((one) => one !== "id") || (id?.length ?? 0) > 1) left.push("emit");
  }
  return { form, left };
}

const KEY_WORDS: Record<string, string> = {
  text: "the text as it is",
  hex: "hex digits",
  base64: "Base64",
  base64url: "Base64 for addresses",
  pem: "a PEM block",
  spki: "a public key (SPKI)",
};

/** Which form the secret has, in words; null when the file does not say it in a way that is read here. */
export function secretForm(file: string): string | null {
  const read = readToml(file);
  const key = table(read?.key);
  if (read === null) return null;
  if (text(read.algorithm) === "token") return "The token itself, as the sender sends it.";
  const encoding = text(key?.encoding);
  if (key === undefined || encoding === undefined) return null;
  const prefixes = texts(key.strip_prefix) ?? [];
  const begins = prefixes.length > 0 ? `, after ${prefixes.join(" or ")}` : "";
  const more = Array.isArray(key.alternatives) && key.alternatives.length > 0 ? "; other readings are tried too" : "";
  return `${encoding === "text" ? "Its text as it is, every character of it" : (KEY_WORDS[encoding] ?? encoding)}${begins}${more}.`.replace(
    /^./,
    (letter) => letter.toUpperCase(),
  );
}

const UNIT_WORDS: Record<string, string> = {
  seconds: "Unix seconds",
  milliseconds: "Unix milliseconds",
  rfc3339: "RFC 3339",
};

/** Where the timestamp stands and how old it may be, in words; null when there is none. */
export function timestampRule(file: string): string | null {
  const timestamp = table(readToml(file)?.timestamp);
  if (timestamp === undefined) return null;
  const [kind = "", name = ""] = place(timestamp.from)?.split(/:(.*)/s) ?? [];
  const where =
    kind === "field" ? `the pair ${name} of the signature header` : kind === "header" ? name : `${kind} ${name}`;
  const unit = (texts(timestamp.unit) ?? []).map((one) => UNIT_WORDS[one] ?? one).join(" or ");
  const age = number(timestamp.max_age);
  const future = number(timestamp.max_future);
  const limits = [
    age === undefined ? "no limit of age" : `at most ${span(age)} old`,
    future === undefined ? null : `${span(future)} ahead`,
  ].filter(Boolean);
  return `${where}, ${unit}; ${limits.join(", ")}`;
}
