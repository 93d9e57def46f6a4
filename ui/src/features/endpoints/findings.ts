// What stands out among the endpoints: switched off after failures, an old address of this Waybill, one address twice,
// a host that the provider can't reach.
import type { Endpoint, Inbox } from "@/generated/api";
import { counted } from "@/lib/format";
import { endpointKey, stateOf } from "./operations";

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
  /** Switched on, at a host that only this machine or its network knows. */
  unreachable: Endpoint[];
}

export type FindingKind = keyof Findings;

function pathOf(url: string): { origin: string; path: string; host: string } | null {
  try {
    const parsed = new URL(url);
    return { origin: parsed.origin, path: parsed.pathname, host: parsed.hostname };
  } catch {
    return null;
  }
}

/** True for a host that a provider elsewhere can't reach, by its form alone: nothing is looked up. */
export function isPrivateHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  if (bare.includes(":")) return bare === "::1" || bare === "::" || /^(fc|fd|fe[89ab])/.test(bare);
  const parts = /^(\d+)\.(\d+)\.\d+\.\d+$/.exec(bare);
  if (parts) {
    const [one, two] = [Number(parts[1]), Number(parts[2])];
    return (
      one === 0 ||
      one === 10 ||
      one === 127 ||
      (one === 172 && two >= 16 && two < 32) ||
      (one === 192 && two === 168) ||
      (one === 169 && two === 254) ||
      (one === 100 && two >= 64 && two < 128)
    );
  }
  return !bare.includes(".") || /\.(localhost|local|internal|lan|home\.arpa)$/.test(bare);
}

export function findings(
  endpoints: readonly Endpoint[],
  inboxes: readonly Pick<Inbox, "name">[],
  publicUrl: string | null,
  /** Connections to a provider on this very machine: it reaches what this machine reaches. */
  local: ReadonlySet<string> = new Set(),
): Findings {
  const names = new Set(inboxes.map((inbox) => inbox.name));
  const here = publicUrl === null ? null : pathOf(publicUrl);
  const answer: Findings = { off: [], old: [], twice: [], unreachable: [] };
  const seen = new Map<string, Endpoint[]>();
  for (const endpoint of endpoints) {
    if (stateOf(endpoint).word === "Disabled") answer.off.push(endpoint);
    const at = pathOf(endpoint.url);
    const name = at === null ? undefined : /^\/in\/([^/]+)\/?$/.exec(at.path)?.[1];
    const old = here && at && name && names.has(name) && at.origin !== here.origin;
    if (old) answer.old.push({ endpoint, url: `${publicUrl?.replace(/\/$/, "")}/in/${name}` });
    // One that is to be moved anyway is told of once.
    else if (at && endpoint.active && !local.has(endpoint.connection) && isPrivateHost(at.host))
      answer.unreachable.push(endpoint);
    const key = `${endpoint.connection}\n${endpoint.url}`;
    const same = seen.get(key);
    if (same) same.push(endpoint);
    else seen.set(key, [endpoint]);
  }
  answer.twice = [...seen.values()].filter((same) => same.length > 1).flat();
  return answer;
}

/** The endpoints of each finding by key, for rows that ask whether they are among them. */
export function keysOf(found: Findings): Record<FindingKind, ReadonlySet<string>> {
  return {
    off: new Set(found.off.map(endpointKey)),
    old: new Set(found.old.map((one) => endpointKey(one.endpoint))),
    twice: new Set(found.twice.map(endpointKey)),
    unreachable: new Set(found.unreachable.map(endpointKey)),
  };
}

/** `10 failures in a row`, with the provider's reason where it says more. */
export function offWords(endpoint: Pick<Endpoint, "failures" | "disabled_reason">): string {
  const failures = endpoint.failures ? `${counted(endpoint.failures, "failure")} in a row` : "";
  const reason = endpoint.disabled_reason ?? "";
  if (reason && failures && !reason.includes(String(endpoint.failures))) return `${failures} · ${reason}`;
  return reason || failures;
}
