import { createMemoryHistory } from "@tanstack/react-router";
import { cleanup, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { App } from "@/app/App";
import { createQueryClient } from "@/app/host";
import { createAppRouter } from "@/app/router";
import type { LiveStream } from "@/generated/api";
import { createFake, type FakeOptions } from "@/platform/fake";

beforeEach(() => {
  window.matchMedia = ((query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  })) as never;
});
afterEach(cleanup);

function open(name = "org-7f21", override: FakeOptions["override"] = {}) {
  const fake = createFake({ deliveries: 10, override });
  const router = createAppRouter(createMemoryHistory({ initialEntries: [`/connections?name=${name}`] }));
  render(<App platform={fake} client={createQueryClient()} router={router} />);
  return fake;
}

const button = (name: string) => screen.findByRole("button", { name });
const standing = (more: Partial<LiveStream>): FakeOptions["override"] => ({
  "streams.list": () => [
    {
      connection: "org-7f21",
      inbox: "plants",
      state: "open",
      started_at: "2026-11-21T10:00:00Z",
      heard: 3,
      heard_at: "2026-11-21T10:00:05Z",
      message: null,
      failure: null,
      ...more,
    },
  ],
});

it("asks for the inbox, listens, and stops with the same button", async () => {
  const fake = open();
  fireEvent.click(await button("Listen to live stream…"));
  const dialog = await screen.findByRole("dialog", { name: "Listen to Timbrix's live stream" });
  const inbox = within(dialog).getByLabelText("Inbox") as HTMLInputElement;
  expect(inbox.value).toBe("org-7f21");
  expect(dialog.textContent).toMatch(/carry no signature: the connection itself vouches/);
  fireEvent.change(inbox, { target: { value: "unsorted" } });
  fireEvent.click(within(dialog).getByRole("button", { name: "Listen" }));
  expect(await within(dialog).findByText("A stream needs an inbox of its own.")).toBeTruthy();
  fireEvent.change(inbox, { target: { value: "plants" } });
  fireEvent.click(within(dialog).getByRole("button", { name: "Listen" }));
  const stop = await button("Stop listening");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await screen.findByText("Listening", { selector: "b" })).toBeTruthy();
  expect(screen.getByText("No event yet")).toBeTruthy();
  expect(screen.getByRole("link", { name: "plants" }).getAttribute("href")).toContain("inbox");
  fireEvent.click(stop);
  expect(await button("Listen to live stream…")).toBe(stop);
  expect(fake.calls.filter((call) => call.name.startsWith("streams.st"))).toEqual([
    { name: "streams.start", request: { connection: "org-7f21", inbox: "plants" } },
    { name: "streams.stop", request: { name: "org-7f21" } },
  ]);
});

it("what the host refuses is said in the dialog, which stays", async () => {
  open("org-7f21", {
    "streams.start": () => {
      throw { code: "already_exists", message: "It is listened to already. Nothing was started." };
    },
  });
  fireEvent.click(await button("Listen to live stream…"));
  const dialog = await screen.findByRole("dialog");
  fireEvent.click(within(dialog).getByRole("button", { name: "Listen" }));
  expect(await within(dialog).findByText(/Nothing was started/)).toBeTruthy();
});

it("a stream that waits says why, in the list too", async () => {
  open(
    "org-7f21",
    standing({ state: "waiting", message: "the provider closed the stream; it is opened again in 3 s" }),
  );
  expect(await screen.findByText(/it is opened again in 3 s/)).toBeTruthy();
  expect(screen.getByText(/3 events heard/)).toBeTruthy();
  expect(screen.getAllByText("Waiting")).toHaveLength(2);
});

it("one that was given up says what happened, and can be tried again or dismissed", async () => {
  const failure = { code: "provider_forbidden", message: "The token may not listen.", hint: "Make another." } as const;
  const fake = open("org-7f21", standing({ state: "failed", failure }));
  expect((await screen.findByRole("alert")).textContent).toMatch(/lacks a right.*may not listen\. Make another\./);
  fireEvent.click(await button("Listen again"));
  await waitFor(() =>
    expect(fake.calls.find((call) => call.name === "streams.start")?.request).toEqual({
      connection: "org-7f21",
      inbox: "plants",
    }),
  );
  fireEvent.click(await button("Dismiss"));
  await waitFor(() => expect(fake.calls.some((call) => call.name === "streams.stop")).toBe(true));
  expect(document.activeElement?.textContent).toBe("Listen again");
});

it("when the streams can't be read it says so and keeps the rest", async () => {
  open("org-7f21", {
    "streams.list": () => {
      throw { code: "internal", message: "The streams could not be read." };
    },
  });
  expect(await screen.findByText(/The streams could not be read/)).toBeTruthy();
  expect((await button("Listen to live stream…")).getAttribute("aria-disabled")).toBe("true");
  expect(screen.getByRole("button", { name: "Test" })).toBeTruthy();
});

it("nothing is offered where the provider has no stream", async () => {
  open("acme");
  expect(await button("Test")).toBeTruthy();
  expect(screen.queryByText("Live stream")).toBeNull();
});
