import { expect, it } from "vitest";
import { provider } from "@/features/endpoints/samples";
import {
  addRequest,
  baseWords,
  type ConnectionDraft,
  connectionProblems,
  emptyConnection,
  gaps,
  neededVars,
  scopesOf,
} from "./form";
import { foundProviders } from "./ProviderGrid";

const ledger = provider();
const draft = (more: Partial<ConnectionDraft> = {}): ConnectionDraft => ({
  ...emptyConnection(ledger, ["ledger"]),
  vars: { tenant: "acme", org: "7f" },
  ...more,
});

it.each([
  ["the first base, which needs no saying", {}, ["tenant", "org"], null, "https://acme.ledger.example/api"],
  ["another base", { base: 1 }, ["org"], "http://localhost:3001/api", "http://localhost:3001/api"],
  [
    "an address of one's own",
    { base: "own", ownBase: " https://x.example " },
    ["org"],
    "https://x.example",
    "https://x.example",
  ],
] as [string, Partial<ConnectionDraft>, string[], string | null, string][])("%s", (_, more, needed, baseUrl, words) => {
  const one = draft(more);
  expect(neededVars(one, ledger)).toEqual(needed);
  const request = addRequest(one, ledger, "tok");
  expect(request.base_url).toBe(baseUrl);
  expect(Object.keys(request.vars)).toEqual(needed);
  expect(baseWords(one, ledger)).toBe(words);
  expect([request.name, request.auth, request.token]).toEqual(["ledger-2", "bearer", "tok"]);
});

it("names every gap at its field", () => {
  expect(gaps(draft({ name: "ledger", vars: {} }), ledger, " ", ["ledger"])).toEqual({
    name: "There is a connection of this name.",
    tenant: "Tenant is needed.",
    org: "Organisation is needed.",
    token: "The token is needed.",
  });
  expect(gaps(draft({ base: "own", ownBase: "x" }), ledger, "t", [])).toHaveProperty("base_url");
  expect(gaps(draft(), ledger, "t", ["ledger"])).toEqual({});
});

it("of several kinds of accounts only the variables of the chosen kind are asked for and sent", () => {
  const hub = provider({
    bases: [{ label: "Hub", url: "https://hub.example/api" }],
    variables: [
      { name: "owner", label: "Owner", hint: "", scope: "a repository" },
      { name: "repo", label: "Repository", hint: "", scope: "a repository" },
      { name: "org", label: "Organisation", hint: "", scope: "an organisation" },
      { name: "region", label: "Region", hint: "" },
    ],
  });
  expect(scopesOf(hub)).toEqual(["a repository", "an organisation"]);
  expect(scopesOf(ledger)).toEqual([]);
  const typed = { owner: "acme", repo: "api", org: "acme", region: "eu" };
  const one = { ...emptyConnection(hub, []), vars: typed };
  expect(Object.keys(addRequest(one, hub, "t").vars)).toEqual(["owner", "repo", "region"]);
  const other = { ...one, scope: "an organisation" };
  expect(Object.keys(addRequest(other, hub, "t").vars)).toEqual(["org", "region"]);
  expect(Object.keys(gaps({ ...other, vars: {} }, hub, "t", []))).toEqual(["org", "region"]);
});

it("a refusal stands at the fields it names, else above", () => {
  const fields = [{ field: "org", problem: "is needed" }];
  expect(connectionProblems({ code: "invalid_input", message: "m", fields })).toEqual({
    byField: { org: "is needed" },
    above: false,
  });
  expect(connectionProblems({ code: "already_exists", message: "taken" }).byField).toEqual({ name: "taken" });
  expect(connectionProblems({ code: "vault_locked", message: "m" }).above).toBe(true);
  expect(connectionProblems(null).above).toBe(false);
});

it("a provider is found by any of its words", () => {
  const all = [provider({ id: "a", title: "Alpha", introduction: "invoices" }), provider({ id: "b", title: "Beta" })];
  expect(foundProviders(all, "").map((one) => one.id)).toEqual(["a", "b"]);
  expect(foundProviders(all, "invoi").map((one) => one.id)).toEqual(["a"]);
  expect(foundProviders(all, "zzz")).toEqual([]);
});
