// Where a secret lies, in words.
import type { SecretMeta, SecretState, VaultKind } from "@/generated/api";

export const VAULT_TITLE: Record<VaultKind, string> = {
  keychain: "In your keychain",
  file: "In the encrypted file",
  memory: "In memory only",
};

export const VAULT_PLACE: Record<VaultKind, string> = {
  keychain: "in the system keychain",
  file: "in the encrypted file",
  memory: "in memory (forgotten when Waybill ends)",
};

export const STATE_WORDS: Record<SecretState, { word: string; tone: "ok" | "warn" | "none"; about: string }> = {
  current: { word: "Current", tone: "ok", about: "The provider signs with it." },
  previous: { word: "Previous", tone: "warn", about: "Still tried, for deliveries signed before the rotation." },
  retired: { word: "Retired", tone: "none", about: "Kept only to verify what was captured before." },
};

/** What such a secret is called in a sentence. */
export function kindWords(kind: SecretMeta["kind"]): string {
  return kind === "public_key" ? "public key" : kind === "token" ? "token" : "signing secret";
}
