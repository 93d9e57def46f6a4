import { createMemoryHistory } from "@tanstack/react-router";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { App } from "@/app/App";
import { createQueryClient } from "@/app/host";
import { createAppRouter } from "@/app/router";
import type {
  BringIn,
  CustodyCase,
  DryRunCall,
  EndpointProblem,
  Failure,
  ReconciledEntry,
  UpdateEndpoint,
} from "@/generated/api";
import { createFake, type Fake, type FakeOptions } from "@/platform/fake";
import { dropDraft, readDraft } from "./drafts";

beforeEach(() => {
  window.matchMedia = ((query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  })) as never;
});
afterEach(() => dropDraft("endpoint:new"));

function open(path: string, override: FakeOptions["override"] = {}) {
  const fake: Fake = createFake({ deliveries: 10, override });
  const router = createAppRouter(createMemoryHistory({ initialEntries: [path] }));
  render(<App platform={fake} client={createQueryClient()} router={router} />);
  return { fake, router };
}

const called = (fake: Fake, name: string) => fake.calls.filter((call) => call.name === name);
const button = (name: string | RegExp) => screen.findByRole("button", { name });

it("a half-filled form is still there after another view", async () => {
  const { router } = open("/endpoints?new=true");
  const address = await screen.findByLabelText(/^Address/);
  expect((address as HTMLInputElement).value).toBe("https://blue-heron.trycloudflare.com/in/acme");
  fireEvent.change(address, { target: { value: "https://half.example/typ" } });
  await act(() => router.navigate({ to: "/inboxes" }));
  await screen.findByRole("heading", { name: "Inboxes", level: 1 });
  await act(() => router.navigate({ to: "/endpoints", search: { new: true } }));
  expect(((await screen.findByLabelText(/^Address/)) as HTMLInputElement).value).toBe("https://half.example/typ");
});

it("what the provider refuses stands at its field", async () => {
  const failure: Failure = {
    code: "provider_rejected",
    message: "Mynd refused to create the endpoint (400: url is taken). No endpoint was made.",
    fields: [{ field: "url", problem: "url is taken" }],
  };
  open("/endpoints?new=true", {
    "endpoints.create": () => {
      throw failure;
    },
  });
  fireEvent.click(await button("Create endpoint"));
  await waitFor(() => expect(screen.getByText("url is taken")).toBeTruthy());
  expect(screen.getByLabelText(/^Address/).getAttribute("aria-invalid")).toBe("true");
});

it("a change in two calls shows both before any is made", async () => {
  const call = (url: string, body: string, ...then: DryRunCall[]): DryRunCall => ({
    method: "PATCH",
    url,
    headers: [],
    body,
    then,
  });
  const { fake } = open("/endpoints?id=ep_1", {
    "endpoints.update": () => ({
      endpoint: null,
      secret: null,
      inbox: null,
      call: call("https://api.example/1", "events", call("https://api.example/1/config", "url")),
    }),
  });
  fireEvent.click(await button("Edit"));
  fireEvent.change(await screen.findByLabelText(/^Address/), { target: { value: "https://new.example/a" } });
  fireEvent.click(await button("Show the call"));
  const text = await screen.findByText(/^PATCH/);
  expect(text.textContent).toBe(
    "PATCH https://api.example/1\n\nevents\n\nThen, once that is done:\n\nPATCH https://api.example/1/config\n\nurl",
  );
  expect(called(fake, "endpoints.update").map((one) => (one.request as UpdateEndpoint).dry_run)).toEqual([true]);
  dropDraft("endpoint:acme:ep_1");
});

const refusedByVault = () => {
  throw {
    code: "secret_at_risk",
    message: "The provider made endpoint ep_9 and its signing secret, but the vault refused it.",
    details: { secret_id: "s-new", endpoint: "ep_9", connection: "acme", case: "i-1" },
  };
};
const aCase = (more: Partial<CustodyCase> = {}): CustodyCase => ({
  id: "i-1",
  connection: "acme",
  operation: "create",
  url: "https://api.example.com/hooks",
  endpoint: null,
  state: "under_way",
  message: "A create is under way, or was broken off with its answer sealed.",
  mend: "Repair goes on with it.",
  created_at: "2026-11-21T10:00:00Z",
  ...more,
});

it("a secret the vault refused can be copied, and left for later: it stands among the findings", async () => {
  let made = false;
  const { fake } = open("/endpoints?new=true", {
    "endpoints.create": () => {
      made = true;
      return refusedByVault();
    },
    "custody.list": () => (made ? [aCase()] : []),
  });
  fireEvent.click(await button("Create endpoint"));
  const panel = await screen.findByRole("dialog", { name: /not in the vault yet/ });
  fireEvent.click(within(panel).getByRole("button", { name: "Copy" }));
  await waitFor(() => expect(fake.copied).toEqual(["made-up, not a secret"]));
  fireEvent.click(within(panel).getByRole("button", { name: "Close, mend it later" }));
  await waitFor(() => expect(screen.queryByRole("dialog", { name: /not in the vault yet/ })).toBeNull());
  expect(await screen.findByText("A secret is not in the vault yet.")).toBeTruthy();
  expect(await button(/^Repair:/)).toBeTruthy();
});

it("trying again repairs the case, and reveals nothing on the way", async () => {
  let asked = 0;
  const { fake } = open("/endpoints?new=true", {
    "endpoints.create": refusedByVault,
    "custody.repair": () => {
      asked += 1;
      if (asked === 1) throw { code: "vault_failed", message: "The vault can't be written." };
      return { secret: null, case: null };
    },
  });
  fireEvent.click(await button("Create endpoint"));
  fireEvent.click(await button("Try again"));
  expect(await screen.findByText(/The vault can't be written/)).toBeTruthy();
  fireEvent.click(await button("Try again"));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(called(fake, "custody.repair").map((call) => call.request)).toEqual([{ id: "i-1" }, { id: "i-1" }]);
  expect(called(fake, "secrets.reveal")).toEqual([]);
  expect(called(fake, "inboxes.create")).toEqual([]);
});

it("a case that rotating mends asks once, rotates, and tells where the secret is", async () => {
  const { fake } = open("/endpoints", {
    "custody.list": () => [aCase({ state: "found_rotate", endpoint: "ep_1", message: "The create did happen." })],
  });
  fireEvent.click(await button(/^Rotate now:/));
  const ask = await screen.findByRole("dialog", { name: /^Rotate the secret/ });
  expect(within(ask).getByText(/Nobody has the one that was lost/)).toBeTruthy();
  fireEvent.click(within(ask).getByRole("button", { name: "Rotate now" }));
  await waitFor(() => expect(called(fake, "endpoints.rotate")).toHaveLength(1));
  expect(called(fake, "endpoints.rotate")[0]?.request).toEqual({ connection: "acme", id: "ep_1", dry_run: false });
  expect(await screen.findByRole("dialog", { name: "In your keychain" })).toBeTruthy();
});

it("deleting and making again is two calls with the same address and events", async () => {
  const { fake } = open("/endpoints", {
    "custody.list": () => [aCase({ state: "found_make_again", endpoint: "ep_1" })],
  });
  fireEvent.click(await button(/^Delete and make again:/));
  const ask = await screen.findByRole("dialog", { name: /make it again/ });
  fireEvent.click(within(ask).getByRole("button", { name: "Delete and make again" }));
  await waitFor(() => expect(called(fake, "endpoints.create")).toHaveLength(1));
  expect(called(fake, "endpoints.delete")).toHaveLength(1);
  expect(called(fake, "endpoints.create")[0]?.request).toMatchObject({
    url: "https://api.example.com/hooks/mynd",
    dry_run: false,
  });
});

it("deleted and not made again: the form holds what it was", async () => {
  open("/endpoints", {
    "custody.list": () => [aCase({ state: "found_make_again", endpoint: "ep_1" })],
    "endpoints.create": () => {
      throw { code: "provider_failed", message: "Mynd answered 503." };
    },
  });
  fireEvent.click(await button(/^Delete and make again:/));
  const ask = await screen.findByRole("dialog", { name: /make it again/ });
  fireEvent.click(within(ask).getByRole("button", { name: "Delete and make again" }));
  expect(await screen.findByText("Deleted, and not made again")).toBeTruthy();
  expect(readDraft<{ url: string }>("endpoint:new")?.url).toBe("https://api.example.com/hooks/mynd");
});

it("dismissing says what is lost, and asks once", async () => {
  const { fake } = open("/endpoints", { "custody.list": () => [aCase({ state: "no_list" })] });
  fireEvent.click(await button(/^Dismiss:/));
  const ask = await screen.findByRole("dialog", { name: "Dismiss this finding?" });
  expect(within(ask).getByText(/it stays at the provider, without a secret here/)).toBeTruthy();
  expect(called(fake, "custody.dismiss")).toEqual([]);
  fireEvent.click(within(ask).getByRole("button", { name: "Dismiss" }));
  await waitFor(() => expect(called(fake, "custody.dismiss")).toHaveLength(1));
});

it("what is missing is brought in, in calls of a hundred, and the failed ones are told with their reasons", async () => {
  const entry = (n: number): ReconciledEntry => ({
    entry: {
      id: `e-${n}`,
      endpoint: "ep_1",
      event_type: "run.failed",
      event_id: null,
      state: "failed",
      status: "failed",
      attempts: 1,
      response_status: null,
      latency_ms: null,
      error: "timeout",
      sent_at: "2026-11-21T10:00:00Z",
      next_retry_at: null,
      has_request: false,
      delivery: null,
      raw: {},
    },
    state: "missing",
    matched_by: null,
    verdict: null,
    status: null,
    later: false,
  });
  const { fake } = open("/endpoints?id=acme%2Fep_1&tab=log", {
    "endpoints.reconcile": () => [
      {
        endpoint: "ep_1",
        url: "https://api.example.com/hooks/mynd",
        inbox: null,
        sent: 250,
        arrived: 0,
        accepted: 0,
        missing: 250,
        pending: 0,
        not_in_log: [],
        entries: Array.from({ length: 250 }, (_, n) => entry(n)),
        more: false,
        can_recover: false,
        can_redeliver: true,
        failure: null,
      },
    ],
    "endpoints.bring_in": ({ entries }) => ({
      recovered: [],
      redelivered: entries.filter((id) => id !== "e-7"),
      already_here: [],
      failed: entries.includes("e-7")
        ? [{ entry: "e-7", failure: { code: "provider_not_found", message: "The log has no entry e-7 any more." } }]
        : [],
    }),
  });
  fireEvent.click(await button(/^Bring in all 250/));
  const ask = await screen.findByRole("dialog", { name: "Bring in 250 missing deliveries?" });
  fireEvent.click(within(ask).getByRole("button", { name: "Have 250 sent again" }));
  expect(await screen.findByText(/249 asked for/)).toBeTruthy();
  expect(screen.getByText(/The log has no entry it any more/)).toBeTruthy();
  expect(screen.getByText("e-7", { selector: ".failed *, li *" })).toBeTruthy();
  const calls = called(fake, "endpoints.bring_in").map((call) => (call.request as BringIn).entries.length);
  expect(calls).toEqual([100, 100, 50]);
  // It is looked at once more when the calls are done.
  await waitFor(() => expect(called(fake, "endpoints.reconcile").length).toBeGreaterThan(1));
});

it("a dry run makes no endpoint", async () => {
  const { fake } = open("/endpoints?new=true");
  fireEvent.click(await button("Show the call"));
  await screen.findByText("The call, not made yet");
  expect(called(fake, "endpoints.create").map((call) => (call.request as { dry_run: boolean }).dry_run)).toEqual([
    true,
  ]);
});

it("deleting a working endpoint elsewhere wants its host typed", async () => {
  const { fake } = open("/endpoints?id=acme%2Fep_1", {
    "endpoints.list": () => ({
      endpoints: [
        {
          id: "ep_1",
          connection: "acme",
          provider: "mynd",
          url: "https://api.example.com/hooks",
          label: "prod",
          events: [],
          all_events: true,
          active: true,
          status: "enabled",
          failures: 0,
          disabled_reason: null,
          created_at: null,
          updated_at: null,
          revision: null,
          credential: { kind: "shared_secret", in_vault: true },
          inbox: null,
          raw: {},
        },
      ],
      problems: [],
      read_at: null,
    }),
  });
  fireEvent.click(await button("Delete…"));
  const panel = await screen.findByRole("dialog", { name: "Delete prod?" });
  fireEvent.submit(panel.querySelector("form") as HTMLFormElement);
  expect(called(fake, "endpoints.delete")).toHaveLength(0);
  fireEvent.change(within(panel).getByRole("textbox"), { target: { value: "api.example.com" } });
  fireEvent.submit(panel.querySelector("form") as HTMLFormElement);
  await waitFor(() => expect(called(fake, "endpoints.delete")).toHaveLength(1));
});

it("reading again says which connection failed, and keeps what was read before", async () => {
  const problem: EndpointProblem = {
    connection: "acme",
    failure: { code: "provider_unauthorized", message: "Mynd refused to read the endpoints (401). Nothing was read." },
  };
  open("/endpoints", {
    "endpoints.read": () => ({ endpoints: [], problems: [problem], read_at: null }),
  });
  await screen.findByText("prod event consumer");
  fireEvent.click(await button("Read again"));
  await screen.findByText("acme could not be read.");
  expect(screen.getByText("prod event consumer")).toBeTruthy();
});
