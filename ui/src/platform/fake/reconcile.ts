// The fake's reconciled log and its custody cases: one delivery is missing until it is brought in.
import type { CommandName, LogEntry, ReconciledEntry, Reconciliation } from "@/generated/api";
import type { Request, Response } from "../types";

type Handlers = { [N in CommandName]: (request: Request<N>) => Response<N> };
type Names = Extract<CommandName, `custody.${string}`> | "endpoints.reconcile" | "endpoints.bring_in";

/** `log` gives the entries of an endpoint's log, newest first. */
export function reconcileHandlers(log: () => readonly LogEntry[]): Pick<Handlers, Names> {
  const brought = new Set<string>();
  const told = (entry: LogEntry): ReconciledEntry => {
    const came = brought.has(entry.id);
    const here = entry.delivery !== null;
    const good = entry.response_status === 200;
    return {
      entry: came ? { ...entry, delivery: "d-1" } : entry,
      state: came ? "recovered" : !here ? "missing" : good ? "accepted" : "refused",
      matched_by: came || here ? "delivery_id" : null,
      verdict: came || here ? "valid" : null,
      status: came ? 0 : here ? (entry.response_status ?? 200) : null,
      later: false,
    };
  };
  const found = (endpoint: string): Reconciliation => {
    const entries = log().map(told);
    const of = (state: ReconciledEntry["state"]) => entries.filter((one) => one.state === state).length;
    return {
      endpoint,
      url: "https://api.example.com/hooks/mynd",
      inbox: null,
      sent: entries.length,
      arrived: entries.length - of("missing"),
      accepted: of("accepted"),
      missing: of("missing"),
      pending: 0,
      not_in_log: [],
      entries,
      more: false,
      can_recover: true,
      can_redeliver: false,
      failure: null,
    };
  };
  return {
    "endpoints.reconcile": ({ endpoint }) => [found(endpoint ?? "ep_1")],
    "endpoints.bring_in": ({ entries }) => {
      for (const entry of entries) brought.add(entry);
      return {
        recovered: entries.map((entry) => ({ entry, delivery: "d-1", verdict: "valid", reason: "ok", exact: true })),
        redelivered: [],
        already_here: [],
        failed: [],
      };
    },
    "custody.list": () => [],
    "custody.repair": () => ({ secret: null, case: null }),
    "custody.dismiss": () => ({}),
  };
}
