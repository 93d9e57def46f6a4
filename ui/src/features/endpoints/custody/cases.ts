// What can be done about a call that makes a one-time secret and has no known end. The host says what is known and
// what mends it; here stands which buttons that is.
import type { CustodyCase, CustodyState } from "@/generated/api";

export type CaseAct = "repair" | "rotate" | "make_again" | "dismiss";

export interface CaseWords {
  title: string;
  tone: "bad" | "warn" | "info";
  /** The first is the way out. */
  acts: CaseAct[];
  /** What `repair` is called here. */
  repair: string;
}

const say = (title: string, tone: CaseWords["tone"], acts: CaseAct[], repair = "Repair"): CaseWords => ({
  title,
  tone,
  acts,
  repair,
});

export const CASES: Record<CustodyState, CaseWords> = {
  under_way: say("A secret is not in the vault yet.", "bad", ["repair", "dismiss"]),
  unanswered: say("A call has no known end.", "warn", ["repair", "dismiss"], "See what became of it"),
  not_listed: say("An endpoint may have been made.", "warn", ["repair", "dismiss"], "Look again"),
  no_list: say("An endpoint may have been made.", "warn", ["repair", "dismiss"], "Look again"),
  found_rotate: say("An endpoint has no secret here.", "bad", ["rotate", "dismiss"]),
  found_make_again: say("An endpoint has no secret here.", "bad", ["make_again", "dismiss"]),
  several: say("One of several endpoints has no secret here.", "warn", ["repair", "dismiss"], "Look again"),
  rotation_unknown: say("A secret here may be dead.", "bad", ["rotate", "repair", "dismiss"], "See what became of it"),
};

/** The cases that are a finding. One that is under way while this window waits for its answer is none yet. */
export function casesShown(cases: readonly CustodyCase[], writing: boolean): CustodyCase[] {
  return cases.filter((one) => !(writing && one.state === "under_way"));
}

/** What is lost when nobody looks after it any more. */
export function dismissWords(one: Pick<CustodyCase, "state" | "operation">): string {
  switch (one.state) {
    case "under_way":
      return "If its answer lies sealed here, the secret in it is thrown away, and the provider will not show it again.";
    case "found_rotate":
    case "found_make_again":
      return "The endpoint stays at the provider and goes on sending; its deliveries can't be verified here.";
    case "rotation_unknown":
      return "If the rotation did happen, deliveries can't be verified with the secret that is here.";
    default:
      return one.operation === "rotate"
        ? "Whether the secret here still holds is then yours to find out."
        : "If the endpoint was made, it stays at the provider, without a secret here.";
  }
}
