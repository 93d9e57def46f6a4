// Two people changed one endpoint: what each side has, field by field.
import type { Endpoint, Failure, ProviderInfo } from "@/generated/api";
import { type EndpointDraft, fieldValue } from "./form";

export interface Side {
  field: string;
  mine: string;
  theirs: string;
  /** False: only they changed it, and nothing sent from here touches it. */
  changedHere: boolean;
}

/** The endpoint as the provider has it now, when the failure is a conflict that says so. */
export function currentOf(failure: Failure | null): Endpoint | null {
  if (failure?.code !== "provider_conflict") return null;
  const current = failure.details?.current as Endpoint | undefined;
  return current && typeof current === "object" && typeof current.url === "string" ? current : null;
}

const events = (all: boolean, list: readonly string[]) => (all ? "every event type" : [...list].sort().join(", "));

/** What differs between the form, which began with `before`, and the provider. Empty: only the revision is another. */
export function sides(
  draft: EndpointDraft,
  before: Endpoint,
  current: Endpoint,
  provider: ProviderInfo | undefined,
): Side[] {
  const answer: Side[] = [];
  const add = (field: string, mine: string, was: string, theirs: string, editable = true) => {
    if (mine !== theirs) answer.push({ field, mine, theirs, changedHere: editable && mine !== was });
  };
  add("Address", draft.url.trim(), before.url, current.url);
  add(
    "Event types",
    events(draft.all, draft.events),
    events(before.all_events, before.events),
    events(current.all_events, current.events),
  );
  for (const field of provider?.fields ?? [])
    add(
      field.label,
      draft.fields[field.name] ?? "",
      fieldValue(before, field),
      fieldValue(current, field),
      field.editable,
    );
  return answer;
}
