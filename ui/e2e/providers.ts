// A provider's simulator of its own for a test, and a connection to it.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Endpoint } from "../src/generated/api";
import { type Bridge, expect } from "./bridge";

const ROOT = resolve(fileURLToPath(new URL("../..", import.meta.url)));
const BINARY = process.env.WAYBILL_SIMULATE ?? join(ROOT, "target/debug/waybill-simulate");

export interface Simulator {
  provider: string;
  base_url: string;
  token: string;
  vars: Record<string, string>;
  fields: Record<string, string>;
  control: string;
  /** Control under `/_sim/`. */
  post(path: string, body?: unknown): Promise<unknown>;
  /** Waits until nothing is on its way. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export async function simulate(provider: string, ...flags: string[]): Promise<Simulator> {
  if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there: cargo build -p waybill-testkit`);
  const child: ChildProcess = spawn(BINARY, [provider, "--json", "--seed", "7", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((done, fail) => {
    let out = "";
    child.stdout?.on("data", (text) => {
      out += text;
      if (out.includes("\n")) done(out.split("\n")[0] ?? "");
    });
    child.once("exit", (code) => fail(new Error(`the simulator ended with ${code}`)));
  });
  const told = JSON.parse(line);
  return {
    ...told,
    async post(path, body = {}) {
      const answer = await fetch(`${told.control}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    async settled() {
      await fetch(`${told.control}settled`);
    },
    async stop() {
      const ended = new Promise((done) => child.once("exit", done));
      if (child.exitCode === null) {
        child.kill("SIGINT");
        await ended;
      }
    },
  };
}

/** Only the variables of one kind of account: a repository and not its organisation. */
function varsOf(sim: Simulator): Record<string, string> {
  const other: Record<string, string> = { github: "org", gitlab: "group" };
  return Object.fromEntries(Object.entries(sim.vars).filter(([name]) => name !== other[sim.provider]));
}

export async function connect(bridge: Bridge, sim: Simulator, name = sim.provider): Promise<void> {
  await bridge.call("connections.add", {
    name,
    provider: sim.provider,
    base_url: sim.base_url,
    vars: varsOf(sim),
    auth: null,
    token: sim.token,
  });
  await bridge.call("endpoints.read", { connection: name });
}

/** An endpoint at the simulator whose deliveries arrive at the inbox here. */
export async function makeEndpoint(bridge: Bridge, sim: Simulator, events: string[], inbox: string): Promise<Endpoint> {
  const made = await bridge.call("endpoints.create", {
    connection: sim.provider,
    url: `${bridge.capture}/in/${inbox}`,
    events,
    all_events: false,
    label: null,
    fields: sim.fields,
    inbox,
    dry_run: false,
  });
  expect(made.endpoint).not.toBeNull();
  return made.endpoint as Endpoint;
}
