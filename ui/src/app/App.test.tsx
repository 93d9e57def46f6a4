import { createMemoryHistory } from "@tanstack/react-router";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { createFake, type Fake, type FakeOptions } from "@/platform/fake";
import { App } from "./App";
import { createQueryClient } from "./host";
import { createAppRouter } from "./router";

beforeEach(() => {
  // happy-dom lays nothing out and knows no media.
  window.matchMedia = ((query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  })) as never;
});

function open(options: FakeOptions = {}, path = "/"): Fake {
  const fake = createFake({ deliveries: 200, ...options });
  render(
    <App
      platform={fake}
      client={createQueryClient()}
      router={createAppRouter(createMemoryHistory({ initialEntries: [path] }))}
    />,
  );
  return fake;
}

const grid = () => screen.findByRole("grid", { name: "Deliveries, newest first" });

it("tells assistive technology how long the list is and where each row stands", async () => {
  open();
  const list = await grid();
  await waitFor(() => expect(within(list).getAllByRole("row").length).toBeGreaterThan(10));
  expect(list.getAttribute("aria-rowcount")).toBe("201");
  expect(within(list).getAllByRole("row")[1]?.getAttribute("aria-rowindex")).toBe("2");
});

it("shows a port in use with the ways out", async () => {
  const fake = createFake();
  const status = await fake.call("status.get", {});
  const opened = open({
    override: {
      "status.get": () => ({
        ...status,
        listening: null,
        listen_failure: { code: "port_in_use", message: "Port 4400 is held by another program; nothing is received." },
      }),
    },
  });
  fireEvent.click(await screen.findByRole("button", { name: /Port 4400 is in use/ }));
  await screen.findByText(/held by another program/);
  const ways = await screen.findAllByRole("button", { name: "Listen on a free port" });
  fireEvent.click(ways[0] as HTMLElement);
  await waitFor(() => expect(opened.calls.some((call) => call.name === "capture.start")).toBe(true));
  expect(opened.calls.find((call) => call.name === "capture.start")?.request).toEqual({ bind: null, port: 0 });
});

it("says why the list can't be read, and tries again", async () => {
  let broken = true;
  const fake = createFake();
  const answer = await fake.call("deliveries.query", { query: "" });
  open({
    override: {
      "deliveries.query": () => {
        if (broken) throw { code: "busy", message: "The store can't take more now; nothing was read." };
        return { ...answer, total: 0 };
      },
      "deliveries.window": () => ({ total: 0, offset: 0, rows: [] }),
      "deliveries.histogram": () => ({ from: null, to: null, buckets: [] }),
    },
  });
  await screen.findByText(/nothing was read/);
  broken = false;
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  await screen.findByText("Nothing has arrived yet");
});

it("reads nothing twice, and everything again after events were missed", async () => {
  const fake = open();
  await grid();
  const asked = (name: string) => fake.calls.filter((call) => call.name === name).length;
  await waitFor(() => expect(asked("status.get")).toBe(1));
  expect(asked("settings.get")).toBe(1);
  expect(asked("inboxes.list")).toBe(1);
  fake.emit({ event: "missed" });
  await waitFor(() => expect(asked("inboxes.list")).toBe(2));
  fake.emit({ event: "changed", tags: ["settings"] });
  await waitFor(() => expect(asked("settings.get")).toBe(3));
  expect(asked("inboxes.list")).toBe(2);
});

it("survives a list with very long words and odd rows", async () => {
  const long = "x".repeat(5_000);
  open({
    override: {
      "deliveries.query": () => ({ id: 1, query: "", total: 1 }),
      "deliveries.window": () => ({
        total: 1,
        offset: 0,
        rows: [
          {
            id: "d-1",
            inbox: "unsorted",
            received_at: "2026-11-21T08:00:00.000000001Z",
            method: "",
            path: "",
            body_size: 0,
            verdict: "unchecked",
            reason: "no_secret",
            event_type: long,
            event_id: null,
            status: 0,
            handshake: null,
            origin: "captured",
            starred: true,
            attempts: 0,
          },
        ],
      }),
      "deliveries.get": () => {
        throw { code: "not_found", message: "There is no delivery d-1." };
      },
    },
  });
  const list = await grid();
  await within(list).findByText(long);
  within(list).getByText("left");
  await screen.findByText("This delivery is not there any more");
});
