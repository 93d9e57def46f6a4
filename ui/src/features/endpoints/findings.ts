// What stands out among the endpoints: switched off after failures, an old address of this Waybill, one address twice.
import type { Endpoint, Inbox } from "@/generated/api";
import { counted } from "@/lib/format";
import { stateOf } from "./operations";

/** An endpoint that points at an inbox here, but under another address than the public one. */
export interface OldAddress {
  endpoint: Endpoint;
  /** What it should be. */
  url: string;
}

export interface Findings {
  /** Switched off by the provider after failures. */
  off: Endpoint[];
  old: OldAddress[];
  /** Endpoints of one connection that send to one address. */
  twice: Endpoint[];
}

function pathOf(url: string): { origin: string; path: string } | null {
  try {
    const parsed = new URL(url);
    return { origin: parsed.origin, path: parsed.pathname };
  } catch {
    return null;
  }
}

export function findings(
  endpoints: readonly Endpoint[],
  inboxes: readonly Pick<Inbox, "name">[],
  publicUrl: string | null,
): Findings {
  const names = new Set(inboxes.map((inbox) => inbox.name));
  const here = publicUrl === null ? null : pathOf(publicUrl);
  const answer: Findings = { off: [], old: [], twice: [] };
  const seen = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    if (stateOf(endpoint).word === "Disabled") answer.off.push(endpoint);
    const at = pathOf(endpoint.url);
    const name = at === null ? undefined : /^\/in\/([^/]+)\/?$/.exec(at.path)?.[1];
    if (here && at && name && names.has(name) && at.origin !== here.origin) {
      answer.old.push({ endpoint, url: `${publicUrl?.replace(/\/$/, "")}/in/${name}` });
    }
    const key = `${endpoint.connection}\n${endpoint.url}`;
    const before = seen.get(key);
    if (before) answer.twice.push(...(answer.twice.includes(before) ? [endpoint] : [before, endpoint]));
    else seen.set(key, endpoint);
  }
  return answer;
}

/** `10 failures in a row`, with the provider's reason where it says more. */
export function offWords(endpoint: Pick<Endpoint, "failures" | "disabled_reason">): string {
  const failures = endpoint.failures ? `${counted(endpoint.failures, "failure")} in a row` : "";
  const reason = endpoint.disabled_reason ?? "";
  if (reason && failures && !reason.includes(String(endpoint.failures))) return `${failures} · ${reason}`;
  return reason || failures;
}
