import { createMemoryHistory } from "@tanstack/react-router";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { App } from "@/app/App";
import { createQueryClient } from "@/app/host";
import { createAppRouter } from "@/app/router";
import type { Diagnosis, Search, SignatureReport } from "@/generated/api";
import { createFake, type FakeOptions } from "@/platform/fake";
import { MYND_SCHEME } from "@/platform/fake/catalogue";
import { detailOf, rowOf } from "@/platform/fake/data";

beforeEach(() => {
  window.matchMedia = ((query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  })) as never;
});
afterEach(cleanup);
// A search is watched a few times a second, and the machine may be busy.
vi.setConfig({ testTimeout: 20_000 });

/** The newest made-up delivery, whose signature fails. */
function open(override: FakeOptions["override"] = {}) {
  const fake = createFake({ deliveries: 10, override });
  const router = createAppRouter(createMemoryHistory({ initialEntries: ["/?id=d-10&tab=signature"] }));
  render(<App platform={fake} client={createQueryClient()} router={router} />);
  return fake;
}

const BASE: SignatureReport = {
  scheme: MYND_SCHEME,
  verdict: "invalid",
  reason: "signature_mismatch",
  stored: null,
  secret: null,
  secret_id: null,
  signed: [],
  signed_size: 0,
  timestamp: null,
  age_s: null,
  tolerance_s: null,
  received: [],
  computed: [],
  diagnosis: [],
  search: null,
  looks_like: null,
  vault_problem: null,
};
const reporting = (patch: Partial<SignatureReport>): FakeOptions["override"] => ({
  "deliveries.signature": () => ({ ...BASE, ...patch }),
});
const cause = (patch: Partial<Diagnosis>): Diagnosis => ({
  code: "c",
  confidence: "certain",
  explanation: "Because.",
  mend: "",
  action: null,
  evidence: null,
  ...patch,
});

it("the first cause is open, the mend is one press, and its result is said in place", async () => {
  const fake = open();
  const causes = await screen.findByRole("list", { name: /likeliest first/ });
  const [first, second] = within(causes).getAllByRole("listitem");
  expect(within(first as HTMLElement).getByText("Certain")).toBeTruthy();
  expect(within(first as HTMLElement).getByText("Computed")).toBeTruthy();
  const head = within(second as HTMLElement).getByRole("button", { expanded: false });
  fireEvent.click(head);
  expect(head.getAttribute("aria-expanded")).toBe("true");
  expect(within(second as HTMLElement).getByRole("columnheader", { name: "What was signed" })).toBeTruthy();
  expect(within(second as HTMLElement).getByText(/14 added on the way/)).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Trim and check again" }));
  const said = await screen.findByText(/12 deliveries checked again, 11 are valid now/);
  expect(said.textContent).toContain("The stored secret was trimmed.");
  expect(document.activeElement).toBe(said.closest("[role=status]"));
  expect(await screen.findByRole("heading", { name: /The signature is valid/ })).toBeTruthy();
  expect(screen.queryByRole("list", { name: /likeliest first/ })).toBeNull();
  expect(fake.calls.filter((call) => call.name === "diagnosis.mend")).toEqual([
    {
      name: "diagnosis.mend",
      request: { id: "d-10", action: expect.objectContaining({ kind: "restate_secret", change: "trim" }) },
    },
  ]);
});

it("a mend that is refused says so and changes nothing", async () => {
  open({
    "diagnosis.mend": () => {
      throw { code: "vault_locked", message: "The keychain is locked; the secret was not changed." };
    },
  });
  fireEvent.click(await screen.findByRole("button", { name: "Trim and check again" }));
  expect(await screen.findByText(/the secret was not changed/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Trim and check again" }).getAttribute("aria-disabled")).toBeNull();
});

it("the search goes on in the background, shows how far it is, and finds", async () => {
  const fake = open();
  fireEvent.click(await screen.findByRole("button", { name: "Search on" }));
  const bar = await screen.findByRole("progressbar", { name: "Search for the cause" });
  expect(Number(bar.getAttribute("aria-valuenow"))).toBeGreaterThan(0);
  await waitFor(() => expect(screen.getAllByText(/Found in/).length).toBeGreaterThan(0), {
    timeout: 5_000,
  });
  expect(screen.queryByRole("progressbar", { name: "Search for the cause" })).toBeNull();
  const asked = fake.calls.filter((call) => call.name === "diagnosis.progress").length;
  await new Promise((done) => setTimeout(done, 600));
  expect(fake.calls.filter((call) => call.name === "diagnosis.progress").length).toBe(asked);
});

it("the search can be stopped", async () => {
  open({ "diagnosis.progress": () => ({ search: running, diagnosis: [] }) });
  fireEvent.click(await screen.findByRole("button", { name: "Search on" }));
  await screen.findByRole("progressbar", { name: "Search for the cause" });
  fireEvent.click(screen.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.getAllByText(/Stopped after/).length).toBeGreaterThan(0));
  expect(screen.getByRole("button", { name: "Search on" })).toBeTruthy();
});

const running: Search = {
  state: "running",
  tried: 10,
  total: 100,
  tried_list: [],
  not_tried: [],
  elapsed_ms: 5,
};

it("a search that runs already is watched from the start", async () => {
  open(reporting({ search: running, diagnosis: [] }));
  expect(await screen.findByRole("progressbar", { name: "Search for the cause" })).toBeTruthy();
});

it("nothing found: what was tried, and what was not, is said", async () => {
  open(
    reporting({
      search: {
        ...running,
        state: "complete",
        tried: 100,
        tried_list: [{ what: "other secrets", count: 100 }],
        not_tried: ["The address as the sender saw it is not known."],
      },
    }),
  );
  expect(await screen.findByText("other secrets")).toBeTruthy();
  expect(screen.getByText("The address as the sender saw it is not known.")).toBeTruthy();
  expect(screen.getByText(/Check that the secret is the one of this endpoint/)).toBeTruthy();
});

it("no scheme, no secret, a locked vault: each is calm and says what to do", async () => {
  open(reporting({ scheme: null, verdict: "unchecked", reason: "no_secret" }));
  expect(await screen.findByText(/has no scheme, so nothing is checked/)).toBeTruthy();
  expect(screen.queryByText("What was tried")).toBeNull();
  cleanup();
  open(reporting({ verdict: "unchecked", reason: "no_secret" }));
  fireEvent.click(await screen.findByRole("button", { name: "Add the secret…" }));
  expect(await screen.findByRole("dialog", { name: /Add a signing secret to mynd-prod/ })).toBeTruthy();
  cleanup();
  open(reporting({ verdict: "unchecked", reason: "no_secret", vault_problem: "The collection is locked." }));
  expect(await screen.findByText("The vault could not be asked.")).toBeTruthy();
  expect(screen.getByText(/no secret is tried/)).toBeTruthy();
  expect(screen.getByRole("button", { name: "Ask again" })).toBeTruthy();
});

it("forty signatures and ten mebibytes stay readable", async () => {
  const all = Array.from({ length: 40 }, (_, n) => `v1=${String(n).padStart(64, "0")}`);
  open(
    reporting({
      received: all,
      computed: ["v1=ff"],
      signed: [{ kind: "body", text: "a".repeat(2_000), size: 10_485_760 }],
      signed_size: 10_485_760,
    }),
  );
  fireEvent.click(await screen.findByRole("button", { name: "Show all 40 signatures" }));
  expect(screen.getByRole("button", { name: "Show fewer" })).toBeTruthy();
  expect(screen.getByText(/10 MB more, not shown/)).toBeTruthy();
});

it("what it looks like is proposed with its reason, unless a cause names it already", async () => {
  const detect: FakeOptions["override"] = {
    "schemes.detect": () => [
      { scheme: "github-sha256", title: "GitHub", reason: "There is X-Hub-Signature-256.", confidence: "likely" },
    ],
  };
  const fake = open({ ...detect, ...reporting({}) });
  expect(await screen.findByText("There is X-Hub-Signature-256.")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Check this inbox as github-sha256" }));
  await waitFor(() =>
    expect(fake.calls.find((call) => call.name === "diagnosis.mend")?.request).toMatchObject({
      action: { kind: "use_scheme", scheme: "github-sha256" },
    }),
  );
  cleanup();
  open({
    ...detect,
    ...reporting({
      diagnosis: [cause({ action: { kind: "use_scheme", scheme: "github-sha256", label: "Use GitHub" } })],
    }),
  });
  expect(await screen.findByRole("button", { name: "Use GitHub" })).toBeTruthy();
  expect(screen.queryByText("There is X-Hub-Signature-256.")).toBeNull();
});

it("an event of a live stream has no signature, and nothing is to be mended", async () => {
  const row = { ...rowOf(10, 10), origin: "streamed", verdict: "unchecked", reason: "no_secret", status: 0 } as const;
  const fake = open({ "deliveries.get": () => detailOf(row) });
  expect(await screen.findByRole("heading", { name: /no signature to check, and nothing is wrong/ })).toBeTruthy();
  expect(screen.getByText("From the live stream")).toBeTruthy();
  expect(screen.getByText(/heard on a stream: nobody was answered/)).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Check again" })).toBeNull();
  expect(fake.calls.some((call) => call.name === "deliveries.signature")).toBe(false);
});
