// The form of an own scheme: what is typed, and the request it becomes. The engine writes the file and judges it.
import type { SchemeForm } from "@/generated/api";
import { type Part, partsOf, placeholderOf } from "./parts";

/** The engine takes a form with limits or without. */
export type FormRequest = Omit<SchemeForm, "max_age" | "max_future"> & {
  max_age?: number | undefined;
  max_future?: number | undefined;
};

export interface SchemeDraft {
  /** The file's name, without its ending. Empty: made from the title. */
  id: string;
  /** Written by hand; null: the form makes it. */
  text: string | null;
  title: string;
  algorithm: string;
  header: string;
  format: string;
  prefix: string;
  separator: string;
  assign: string;
  versionSeparator: string;
  /** Separated by commas or spaces. */
  accept: string;
  encoding: string;
  keyEncoding: string;
  keyPrefix: string;
  parts: Part[];
  timestampFrom: "none" | "header" | "field";
  timestampName: string;
  unit: string;
  maxAge: string;
  maxFuture: string;
  /** `header:NAME` or `json:/POINTER`. */
  eventType: string;
  eventId: string;
  deliveryId: string;
  idHeader: string;
  note: string;
}

export const EMPTY: SchemeDraft = {
  id: "",
  text: null,
  title: "",
  algorithm: "hmac-sha256",
  header: "",
  format: "plain",
  prefix: "",
  separator: "",
  assign: "",
  versionSeparator: "",
  accept: "",
  encoding: "hex",
  keyEncoding: "text",
  keyPrefix: "",
  parts: [{ kind: "body", value: "" }],
  timestampFrom: "none",
  timestampName: "",
  unit: "seconds",
  maxAge: "300",
  maxFuture: "",
  eventType: "",
  eventId: "",
  deliveryId: "",
  idHeader: "",
  note: "",
};

export const ALGORITHMS = [
  { value: "hmac-sha256", label: "HMAC-SHA256" },
  { value: "hmac-sha1", label: "HMAC-SHA1" },
  { value: "hmac-sha384", label: "HMAC-SHA384" },
  { value: "hmac-sha512", label: "HMAC-SHA512" },
  { value: "sha256", label: "SHA-256 with the secret in the text" },
  { value: "sha1", label: "SHA-1 with the secret in the text" },
  { value: "ed25519", label: "Ed25519" },
  { value: "rsa-sha256", label: "RSA-SHA256" },
  { value: "rsa-pss-sha256", label: "RSA-PSS-SHA256" },
  { value: "ecdsa-p256-sha256", label: "ECDSA P-256 with SHA-256" },
  { value: "token", label: "The secret itself, as a token" },
];

export const FORMATS = [
  { value: "plain", label: "The signature alone", hint: "sha256=9c41…" },
  { value: "pairs", label: "Pairs", hint: "t=1781…,v1=9c41…" },
  { value: "tokens", label: "Versions", hint: "v1,9c41… v1,03fb…" },
];

export const ENCODINGS = [
  { value: "hex", label: "hex" },
  { value: "base64", label: "Base64" },
  { value: "base64url", label: "Base64 for addresses" },
  { value: "text", label: "text" },
];

export const KEY_ENCODINGS = [
  { value: "text", label: "Text as it is" },
  { value: "hex", label: "hex" },
  { value: "base64", label: "Base64" },
  { value: "base64url", label: "Base64 for addresses" },
  { value: "pem", label: "PEM block" },
];

export const UNITS = [
  { value: "seconds", label: "Unix seconds" },
  { value: "milliseconds", label: "Unix milliseconds" },
  { value: "rfc3339", label: "RFC 3339" },
];

/** The options, and the value itself where a file says something that is not among them. */
export function withValue<T extends { value: string; label: string }>(
  options: readonly T[],
  value: string,
): (T | { value: string; label: string })[] {
  return options.some((one) => one.value === value) ? [...options] : [...options, { value, label: value }];
}

export const isId = (id: string): boolean => /^[a-z0-9][a-z0-9-]{0,63}$/.test(id);

/** A name for the file, out of the title. */
export function idFrom(title: string): string {
  return title
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64)
    .replace(/-+$/, "");
}

export const idOf = (draft: SchemeDraft): string => draft.id.trim() || idFrom(draft.title);

const list = (typed: string): string[] => typed.split(/[\s,]+/).filter(Boolean);
const whole = (typed: string): number | undefined => (/^\d+$/.test(typed.trim()) ? Number(typed.trim()) : undefined);

/** What has to be mended before the engine can say anything. */
export function draftProblems(draft: SchemeDraft): Record<string, string> {
  const problems: Record<string, string> = {};
  if (draft.title.trim() === "") problems.title = "Give it a name.";
  const id = idOf(draft);
  if (draft.title.trim() !== "" && !isId(id)) problems.id = "Small letters, digits and dashes, at most 64.";
  if (draft.header.trim() === "") problems.header = "Which header holds the signature?";
  if (draft.timestampFrom !== "none") {
    if (draft.timestampName.trim() === "") problems.timestampName = "Where does it stand?";
    if (draft.maxAge.trim() !== "" && whole(draft.maxAge) === undefined) problems.maxAge = "Whole seconds, or nothing.";
    if (draft.maxFuture.trim() !== "" && whole(draft.maxFuture) === undefined)
      problems.maxFuture = "Whole seconds, or nothing.";
  }
  return problems;
}

/** The draft as the engine asks for it: what does not apply is left out. */
export function schemeForm(draft: SchemeDraft): FormRequest {
  const form: FormRequest = {
    title: draft.title.trim(),
    algorithm: draft.algorithm,
    signature_header: draft.header.trim(),
    message_parts: draft.algorithm === "token" ? [] : draft.parts.map(placeholderOf),
    format: draft.format,
    encoding: draft.encoding,
  };
  const set = <K extends keyof FormRequest>(key: K, value: FormRequest[K] | "") => {
    if (value !== "" && value !== undefined) form[key] = value as FormRequest[K];
  };
  if (draft.algorithm !== "token") set("key_encoding", draft.keyEncoding);
  if (draft.format === "plain") set("prefix", draft.prefix);
  else set("accept", list(draft.accept));
  set("separator", draft.separator);
  if (draft.format === "pairs") set("assign", draft.assign);
  if (draft.format === "tokens") set("version_separator", draft.versionSeparator);
  set("key_prefix", draft.keyPrefix);
  if (draft.timestampFrom !== "none") {
    set(draft.timestampFrom === "header" ? "timestamp_header" : "timestamp_field", draft.timestampName.trim());
    set("timestamp_unit", draft.unit);
    set("max_age", whole(draft.maxAge));
    set("max_future", whole(draft.maxFuture));
  }
  set("event_type", draft.eventType.trim());
  set("event_id", draft.eventId.trim());
  set("delivery_id", draft.deliveryId.trim());
  set("id_header", draft.idHeader.trim());
  set("note", draft.note.trim());
  return form;
}

/** A draft that says what the form of the engine says. */
export function draftOf(form: FormRequest): SchemeDraft {
  return {
    ...EMPTY,
    title: form.title,
    algorithm: form.algorithm,
    header: form.signature_header,
    format: form.format ?? "plain",
    prefix: form.prefix ?? "",
    separator: form.separator ?? "",
    assign: form.assign ?? "",
    versionSeparator: form.version_separator ?? "",
    accept: (form.accept ?? []).join(", "),
    encoding: form.encoding ?? "hex",
    keyEncoding: form.key_encoding ?? "text",
    keyPrefix: form.key_prefix ?? "",
    parts: form.message_parts.flatMap((part) => partsOf(part)),
    timestampFrom: form.timestamp_header ? "header" : form.timestamp_field ? "field" : "none",
    timestampName: form.timestamp_header ?? form.timestamp_field ?? "",
    unit: form.timestamp_unit ?? "seconds",
    maxAge: form.max_age === undefined ? "" : String(form.max_age),
    maxFuture: form.max_future === undefined ? "" : String(form.max_future),
    eventType: form.event_type ?? "",
    eventId: form.event_id ?? "",
    deliveryId: form.delivery_id ?? "",
    idHeader: form.id_header ?? "",
    note: form.note ?? "",
  };
}
