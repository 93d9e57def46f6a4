// From codes to words. Both tables are exhaustive: a code that is added in Rust does not compile here until it has
// words. The failure's own message says what happened; the title says it in three words, the action is the way out.
import type { ErrorCode, Origin, Reason, Verdict } from "@/generated/api";

/** What can be done about a failure right where it is shown. */
export type WayOut =
  | "retry"
  | "settings"
  | "other_port"
  | "vault"
  | "read_again"
  | "connections"
  | "data_folder"
  | "none";

export interface Presentation {
  title: string;
  /** Said when the failure itself brings no hint. */
  hint: string;
  wayOut: WayOut;
  /** False for what the user did himself: it is said, but not in red. */
  alarming: boolean;
}

export const WAY_OUT_LABEL: Record<Exclude<WayOut, "none">, string> = {
  retry: "Try again",
  settings: "Open settings",
  other_port: "Listen on a free port",
  vault: "Check the vault",
  read_again: "Read again",
  connections: "Open connections",
  data_folder: "Show the data folder",
};

const say = (title: string, hint: string, wayOut: WayOut, alarming = true): Presentation => ({
  title,
  hint,
  wayOut,
  alarming,
});

export const ERRORS: Record<ErrorCode, Presentation> = {
  invalid_input: say("That value can't be used", "Correct the marked field and try again.", "none", false),
  invalid_query: say("The query has a fault", "The last working filter stays applied.", "none", false),
  invalid_description: say("The file has a fault", "Correct the line that is named and check it again.", "none"),
  unknown_scheme: say("No such scheme", "Choose a scheme from the list.", "none"),
  unknown_provider: say("No such provider", "Choose a provider from the list.", "none"),
  not_found: say("It is not there any more", "It may have been removed meanwhile.", "read_again", false),
  already_exists: say("That name is taken", "Choose another name.", "none", false),
  in_use: say("It is in use", "Free it where it is used first.", "none", false),
  confirmation_required: say("This needs your yes", "Look at what would happen, then confirm.", "none", false),
  port_in_use: say("The port is in use", "Listen on a free port, or end the program that holds it.", "other_port"),
  listen_failed: say("Not listening", "Check the address and port in the settings.", "settings"),
  conflict: say("It has changed meanwhile", "Read it again and repeat your change.", "read_again", false),
  cannot_sign: say("It can't be signed here", "Send it verbatim, or add the signing secret to the inbox.", "none"),
  unsupported: say("The provider can't do that", "Do it on the provider's own pages.", "none", false),
  vault_locked: say("The keychain is locked", "Unlock it, then try again.", "vault"),
  vault_missing: say(
    "There is no keychain here",
    "Start a keychain service, or choose the encrypted file.",
    "settings",
  ),
  vault_hanging: say("The keychain does not answer", "Look for its password window, then try again.", "vault"),
  vault_passphrase: say("The passphrase is not right", "Type the passphrase of the encrypted file again.", "vault"),
  vault_failed: say("The vault refused", "Try again, or choose another vault in the settings.", "settings"),
  secret_at_risk: say("The new secret is not in the vault yet", "Copy it or store it before you go on.", "vault"),
  provider_unauthorized: say(
    "The provider refused the token",
    "It may have expired: enter a new one for this connection.",
    "connections",
  ),
  provider_forbidden: say("The token lacks a right", "Make a token with the right that is named.", "connections"),
  provider_not_found: say(
    "The provider has no such thing",
    "It may have been removed there: read again.",
    "read_again",
  ),
  provider_conflict: say("It changed at the provider meanwhile", "Read it again and repeat your change.", "read_again"),
  provider_rejected: say("The provider refused the values", "Correct the marked fields.", "none"),
  provider_rate_limited: say("The provider asks for patience", "Wait a little, then try again.", "retry"),
  provider_failed: say("The provider failed", "That is on their side: try again later.", "retry"),
  provider_answer_unreadable: say(
    "The provider's answer can't be read",
    "Check the base address of the connection.",
    "connections",
  ),
  network_unreachable: say("Nothing was sent", "Check the network and the address.", "retry"),
  outcome_unknown: say(
    "It may have happened",
    "It was sent, but no whole answer came. Read again before you repeat it.",
    "read_again",
  ),
  target_refused: say("That target is never called", "Choose another target.", "none"),
  disk_full: say("The disk is full", "Free some space; what was acknowledged is stored.", "retry"),
  data_folder: say("The data folder can't be used", "Check its rights, or choose another folder.", "data_folder"),
  database_newer: say("The data is from a newer Waybill", "Update Waybill; nothing was changed.", "none"),
  database_damaged: say("The database was damaged", "It was set aside; a new one is in use.", "data_folder"),
  busy: say("Too much at once", "Try again in a moment.", "retry"),
  cancelled: say("Cancelled", "Nothing more was sent.", "none", false),
  internal: say("A fault in Waybill", "Copy the details into a report; your data is untouched.", "retry"),
};

export const VERDICTS: Record<Verdict, { word: string; sign: string; tone: "ok" | "bad" | "warn" | "none" }> = {
  valid: { word: "Signature valid", sign: "✓", tone: "ok" },
  invalid: { word: "Signature invalid", sign: "✕", tone: "bad" },
  unsigned: { word: "Not signed", sign: "!", tone: "warn" },
  unchecked: { word: "Not checked", sign: "–", tone: "none" },
};

/** Why a verdict is what it is, as one sentence. */
export const REASON_SENTENCES: Record<Reason, string> = {
  ok: "The signature matches and its timestamp is within the tolerance.",
  missing_signature: "The request carries no signature at all.",
  missing_header: "A header that the scheme signs is missing.",
  missing_timestamp: "The scheme signs a timestamp, and the request has none.",
  malformed_signature_header: "The signature header is there, but it is not built the way the scheme says.",
  no_acceptable_signature: "The header holds signatures, but none of a version or key that this scheme accepts.",
  unsupported_version: "The request names a signature version that this scheme does not know.",
  wrong_prefix: "The signature does not begin with the scheme's prefix.",
  bad_signature_encoding: "The signature is not text of the scheme's encoding (hex or Base64).",
  duplicate_header: "The signature header came more than once, which the scheme forbids.",
  signature_mismatch: "The signature is well formed, but no known secret makes the same one of this body.",
  timestamp_malformed: "The timestamp is not written the way the scheme says.",
  timestamp_too_old: "The signature matches, but its timestamp is older than the tolerance: a replay, or a slow clock.",
  timestamp_too_new: "The signature matches, but its timestamp lies in the future: the clocks differ.",
  body_digest_mismatch: "A digest of the body stands elsewhere in the request, and it is not the digest of this body.",
  claim_mismatch: "A claim of the signed token does not fit this request.",
  alg_not_allowed: "The token names an algorithm that the scheme does not allow.",
  unknown_key_id: "The request names a key that is not known here.",
  untrusted_cert_url: "The request points to a certificate on a host that the scheme does not trust.",
  url_mismatch: "The request was signed for another address than the one configured for this inbox.",
  bad_key: "The secret of this inbox can't be read the way the scheme says, or is empty.",
  key_needed: "The provider publishes its key or certificate on the network, and Waybill does not fetch it.",
  no_secret: "The inbox has no scheme, or no secret to check with.",
  scheme_unconfirmed: "It did not match, but the scheme itself is not confirmed by the provider's documents.",
  body_too_large: "The body was cut at the cap, so nothing can be said of its signature.",
  handshake: "It is a handshake: the sender asks whether the address is willing, and does not sign that.",
};

/** What usually mends it, where the diagnosis has nothing better. */
export const REASON_MENDS: Partial<Record<Reason, string>> = {
  missing_signature: "Check that signing is switched on for the endpoint, and that no proxy removes the header.",
  missing_timestamp: "Check that no proxy between the provider and here removes the header.",
  missing_header: "Check that no proxy between the provider and here removes the header.",
  malformed_signature_header: "Check that the inbox has the right scheme.",
  no_acceptable_signature: "Check that the inbox has the right scheme and the current secret.",
  signature_mismatch:
    "Check that the secret is the one of this endpoint, and that nothing rewrites the body on the way.",
  timestamp_too_old: "Check this machine's clock. To send it on, replay it signed again.",
  timestamp_too_new: "Check this machine's clock.",
  bad_key: "Enter the secret again, whole and without line breaks.",
  key_needed: "Get the key or certificate yourself and add it to the inbox like a secret, then check again.",
  no_secret: "Add the endpoint's signing secret to the inbox, then check again.",
  url_mismatch: "Set the inbox's `url` to the address the provider has registered.",
  body_too_large: "Raise the largest body in the settings and have it delivered again.",
};

export const ORIGINS: Record<Origin, string> = {
  captured: "Captured here",
  imported: "Imported from a file",
  recovered: "Recovered from the provider's log",
  streamed: "From the live stream",
};

/** What stands for the answer where nobody was answered; a captured one was left alone by its sender. */
export const UNANSWERED: Record<Origin, { word: string; sentence: string }> = {
  captured: { word: "left", sentence: "The sender had left before an answer" },
  imported: { word: "–", sentence: "It came from a file: nobody was answered" },
  recovered: { word: "fetched", sentence: "It was fetched: nobody was answered" },
  streamed: { word: "heard", sentence: "It was heard on a stream: nobody was answered" },
};

/** Why the verdict of a delivery is what it is. A stream's events are never signed, whatever its inbox knows. */
export function verdictSentence(delivery: { reason: Reason; origin: Origin }): string {
  return delivery.origin === "streamed" && delivery.reason !== "ok"
    ? "A live stream's events are not signed by the provider."
    : REASON_SENTENCES[delivery.reason];
}
