// A bridge of its own for each test: a fresh data folder, secrets in memory, free ports. It ends with the test.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { AxeBuilder } from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";
import type { CommandName, Commands } from "../src/generated/api";

const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));
const BINARY = process.env.WAYBILL_BRIDGE ?? join(ROOT, "target/debug/waybill-bridge");
const UI = process.env.WAYBILL_UI ?? join(ROOT, "ui/dist-bridge");

export interface Bridge {
  url: string;
  /** The capture server. */
  capture: string;
  call<N extends CommandName>(name: N, request: Commands[N]["request"]): Promise<Commands[N]["response"]>;
  /** Sends a delivery to an inbox, as any sender would. */
  deliver(inbox: string, body?: string | Uint8Array, headers?: Record<string, string>): Promise<number>;
}

/** A receiver of replays: keeps what came, answers as told. */
export interface Target {
  url: string;
  requests: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[];
  answer: { status: number; body: string };
}

async function start(seed: number): Promise<{ bridge: Bridge; stop: () => Promise<void> }> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there: cargo build -p waybill-bridge`);
  if (!existsSync(join(UI, "index.html"))) throw new Error(`${UI} is not there: npm run build:bridge`);
  const folder = await mkdtemp(join(tmpdir(), "waybill-e2e-"));
  const child: ChildProcess = spawn(
    BINARY,
    ["--data-dir", folder, "--vault", "memory", "--ui", UI, "--seed", String(seed)],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, RUST_BACKTRACE: "0" },
    },
  );
  let errors = "";
  child.stderr?.on("data", (text) => {
    errors += text;
  });
  const [url, capture] = await new Promise<[string, string]>((done, fail) => {
    let out = "";
    child.stdout?.on("data", (text) => {
      out += text;
      const found = /^(http:\S+)\ncapture (http:\S+)\n/.exec(out);
      if (found?.[1] && found[2]) done([found[1], found[2]]);
    });
    child.once("exit", (code) =>
      fail(new Error(`the bridge ended with ${code}: ${errors.split("\n").slice(0, 8).join("\n")}`)),
    );
  });
  const bridge: Bridge = {
    url,
    capture,
    async call(name, request) {
      const answer = await fetch(`${url}/rpc/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
      });
      const data = await answer.json();
      if (!answer.ok) throw new Error(`${name}: ${JSON.stringify(data)}`);
      return data;
    },
    async deliver(inbox, body = '{"type":"hello"}', headers = { "content-type": "application/json" }) {
      const answer = await fetch(`${capture}/in/${inbox}`, { method: "POST", headers, body: body as BodyInit });
      return answer.status;
    },
  };
  return {
    bridge,
    stop: async () => {
      const ended = new Promise((done) => child.once("exit", done));
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Fixtures {
  /** Sample deliveries to begin with. */
  seed: number;
  /** False: the first run. */
  welcomed: boolean;
  bridge: Bridge;
  target: Target;
}

export const test = base.extend<Fixtures>({
  seed: [0, { option: true }],
  welcomed: [true, { option: true }],
  bridge: async ({ seed, welcomed }, use) => {
    const { bridge, stop } = await start(seed);
    if (welcomed) await bridge.call("settings.update", { welcomed: true } as never);
    await use(bridge);
    await stop();
  },
  // biome-ignore lint/correctness/noEmptyPattern: the shape Playwright asks for
  target: async ({}, use) => {
    const target: Target = { url: "", requests: [], answer: { status: 200, body: "thanks" } };
    const server: Server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => {
        body += part;
      });
      request.on("end", () => {
        target.requests.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
        response.writeHead(target.answer.status, { "content-type": "text/plain" });
        response.end(target.answer.body);
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    target.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
    await use(target);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  },
  // Whatever a view does, it may not break the policy of the window or throw.
  page: async ({ page }, use) => {
    const problems: string[] = [];
    page.on("pageerror", (fault) => problems.push(fault.message));
    page.on("console", (message) => {
      if (message.type() === "error" && /Content Security Policy|Refused to|React/.test(message.text()))
        problems.push(message.text());
    });
    await use(page);
    expect(problems, "faults on the page").toEqual([]);
  },
});

export { expect };

/** No finding of axe on what is shown now. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"])
    .analyze();
  const found = violations.flatMap((violation) =>
    violation.nodes.map(
      (node) => `${violation.id}: ${node.target.join(" ")}: ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`,
    ),
  );
  expect(found).toEqual([]);
}

/** The list's rows, the head not counted. */
export function rows(page: Page) {
  return page
    .getByRole("grid", { name: "Deliveries, newest first" })
    .getByRole("row")
    .filter({ has: page.getByRole("gridcell") });
}
