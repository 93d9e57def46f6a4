// A connection in a word and an address.
import type { Connection, ProviderInfo } from "@/generated/api";
import { filled } from "./form";

export function stateOf(connection: Connection): { word: string; tone: "ok" | "bad" | "none" } {
  if (connection.last_error !== null) return { word: "Failing", tone: "bad" };
  return connection.read_at === null ? { word: "Not read", tone: "none" } : { word: "Working", tone: "ok" };
}

export function baseOf(connection: Connection, provider: ProviderInfo | undefined): string {
  return connection.base_url ?? filled(provider?.bases[0]?.url ?? "", connection.vars);
}
