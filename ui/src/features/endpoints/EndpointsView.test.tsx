import { createMemoryHistory } from "@tanstack/react-router";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { App } from "@/app/App";
import { createQueryClient } from "@/app/host";
import { createAppRouter } from "@/app/router";
import type { EndpointProblem, Failure } from "@/generated/api";
import { createFake, type Fake, type FakeOptions } from "@/platform/fake";
import { dropDraft } from "./drafts";

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

it("a secret the vault refused keeps its panel open until it is taken", async () => {
  const { fake } = open("/endpoints?new=true", {
    "endpoints.create": () => {
      throw {
        code: "secret_at_risk",
        message: "The provider made endpoint ep_9 and its signing secret, but the vault refused it.",
        details: { secret_id: "s-new", endpoint: "ep_9", connection: "acme" },
      };
    },
  });
  fireEvent.click(await button("Create endpoint"));
  const panel = await screen.findByRole("dialog", { name: /not in the vault/ });
  fireEvent.keyDown(panel, { key: "Escape" });
  fireEvent.click(within(panel).getByRole("button", { name: "I have it, close" }));
  expect(screen.queryByRole("dialog", { name: /not in the vault/ })).toBeTruthy();
  expect(within(panel).queryByRole("button", { name: "Close" })).toBeNull();
  fireEvent.click(within(panel).getByRole("button", { name: "Copy" }));
  await waitFor(() => expect(fake.copied).toEqual(["made-up, not a secret"]));
  fireEvent.click(within(panel).getByRole("button", { name: "I have it, close" }));
  await waitFor(() => expect(screen.queryByRole("dialog", { name: /not in the vault/ })).toBeNull());
});

it("trying again puts it into the vault, with the inbox that was asked for", async () => {
  const { fake } = open("/endpoints?new=true", {
    "endpoints.create": () => {
      throw {
        code: "secret_at_risk",
        message: "Refused.",
        details: { secret_id: "s-new", endpoint: "ep_9", connection: "acme" },
      };
    },
  });
  fireEvent.click(await button("Create endpoint"));
  fireEvent.click(await button("Try again"));
  await waitFor(() => expect(called(fake, "inboxes.create")).toHaveLength(1));
  expect(called(fake, "inboxes.create")[0]?.request).toMatchObject({
    name: "acme",
    scheme: "mynd",
    secrets: ["made-up, not a secret"],
  });
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
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
