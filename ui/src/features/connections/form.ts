// The form of a connection, made from the provider's description: its base addresses, its variables, its ways to send
// the credential. The token itself is no part of the draft.

import { freeName, nameProblem } from "@/features/endpoints/form";
import type { ConnectionAdd, Failure, ProviderInfo } from "@/generated/api";

/** A base of the provider's by its position, or an address of one's own. */
export type BaseChoice = number | "own";

export interface ConnectionDraft {
  name: string;
  nameTouched: boolean;
  base: BaseChoice;
  ownBase: string;
  vars: Record<string, string>;
  /** Of which kind the account is, where the provider has several. */
  scope: string;
  auth: string;
}

export function emptyConnection(provider: ProviderInfo, taken: readonly string[]): ConnectionDraft {
  return {
    name: freeName(provider.id, taken),
    nameTouched: false,
    base: provider.bases.length > 0 ? 0 : "own",
    ownBase: "",
    vars: Object.fromEntries(provider.variables.map((variable) => [variable.name, ""])),
    scope: scopesOf(provider)[0] ?? "",
    auth: provider.auth[0]?.id ?? "",
  };
}

/** The kinds of accounts, where there are several: `a repository`, `an organisation`. */
export function scopesOf(provider: Pick<ProviderInfo, "variables">): string[] {
  return [...new Set(provider.variables.map((variable) => variable.scope).filter((scope) => scope !== undefined))];
}

/** The variables that stand in an address. */
export function placeholders(template: string): string[] {
  return [...template.matchAll(/\{([^{}]+)\}/g)].map((match) => match[1] ?? "");
}

/** The template with its variables filled in, as far as they are typed. */
export function filled(template: string, vars: Record<string, string>): string {
  return template.replace(/\{([^{}]+)\}/g, (whole, name: string) => vars[name]?.trim() || whole);
}

/**
 * The variables this connection needs: with a base of one's own, those of the address are no matter; of those that
 * belong to kinds of accounts, only the ones of the chosen kind.
 */
export function neededVars(draft: ConnectionDraft, provider: ProviderInfo): string[] {
  const inBases = new Set(provider.bases.flatMap((base) => placeholders(base.url)));
  return provider.variables
    .filter((variable) => variable.scope === undefined || variable.scope === draft.scope)
    .map((variable) => variable.name)
    .filter((name) => {
      if (!inBases.has(name)) return true;
      const template = draft.base === "own" ? "" : (provider.bases[draft.base]?.url ?? "");
      return placeholders(template).includes(name);
    });
}

/** The address that will be called, for people. */
export function baseWords(draft: ConnectionDraft, provider: ProviderInfo): string {
  return draft.base === "own" ? draft.ownBase.trim() : filled(provider.bases[draft.base]?.url ?? "", draft.vars);
}

export function addRequest(draft: ConnectionDraft, provider: ProviderInfo, token: string): ConnectionAdd {
  const needed = new Set(neededVars(draft, provider));
  const vars = Object.entries(draft.vars)
    .map(([name, value]) => [name, value.trim()] as const)
    .filter(([name, value]) => needed.has(name) && value !== "");
  return {
    name: draft.name,
    provider: provider.id,
    // The provider's first needs no saying.
    base_url: draft.base === 0 ? null : baseWords(draft, provider),
    vars: Object.fromEntries(vars),
    auth: draft.auth || null,
    token,
  };
}

export function gaps(
  draft: ConnectionDraft,
  provider: ProviderInfo,
  token: string,
  taken: readonly string[],
): Record<string, string> {
  const problems: Record<string, string> = {};
  const name =
    nameProblem(draft.name) ?? (taken.includes(draft.name) ? "There is a connection of this name." : undefined);
  if (name) problems.name = name;
  for (const variable of provider.variables) {
    if (neededVars(draft, provider).includes(variable.name) && !draft.vars[variable.name]?.trim())
      problems[variable.name] = `${variable.label} is needed.`;
  }
  if (draft.base === "own" && !/^https?:\/\/[^/]/.test(draft.ownBase.trim()))
    problems.base_url = "The whole base address is needed, with https://.";
  if (token.trim() === "") problems.token = "The token is needed.";
  return problems;
}

/** The failure's words at the fields of this form; what belongs to none is told above it. */
export function connectionProblems(failure: Failure | null): { byField: Record<string, string>; above: boolean } {
  const byField: Record<string, string> = {};
  for (const { field, problem } of failure?.fields ?? []) byField[field] = problem;
  if (failure?.code === "already_exists") byField.name = failure.message;
  return { byField, above: failure !== null && Object.keys(byField).length === 0 };
}
