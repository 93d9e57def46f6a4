// A host in memory: every command answers, a few remember. For unit tests and for looking at the window; it proves
// nothing about the engine.
// Longer than 500 lines because it is one record: an answer for every command of the table.
import type {
  Attempt,
  BytesRequest,
  CommandName,
  Connection,
  DeliveryRow,
  Endpoint,
  EndpointCreated,
  Event,
  Inbox,
  JsonNode,
  LogEntry,
  ReplayJob,
  SecretMeta,
  Settings,
  Status,
} from "@/generated/api";
import { failure } from "@/lib/failure";
import type { Platform, Request, Response } from "../types";
import { PROVIDERS } from "./catalogue";
import { bodyOf, detailOf, NEWEST, numberOf, rowOf } from "./data";
import { reconcileHandlers } from "./reconcile";
import { signatureHandlers } from "./schemes";
import { streamHandlers } from "./streams";

type Handlers = { [N in CommandName]: (request: Request<N>) => Response<N> };

export interface FakeOptions {
  /** Deliveries at the start. */
  deliveries?: number;
  /** Milliseconds between arrivals; 0: none by themselves. */
  every?: number;
  welcomed?: boolean;
  /** Answers that replace the fake's own. */
  override?: Partial<Handlers>;
}

export interface Fake extends Platform {
  /** What was called, in order. */
  readonly calls: { name: CommandName; request: unknown }[];
  /** What was put on the clipboard. */
  readonly copied: string[];
  emit: (event: Event) => void;
  arrive: (many: number) => void;
}

const at = (ago: number) => new Date(NEWEST - ago * 1000).toISOString();
const encode = (text: string) => new TextEncoder().encode(text);

function nodesOf(value: unknown, key = "", path = "", depth = 0): JsonNode[] {
  const node = (kind: JsonNode["kind"], text: string, children = 0): JsonNode => ({
    depth,
    key,
    kind,
    text,
    children,
    path,
    duplicate: false,
  });
  if (Array.isArray(value)) {
    return [
      node("array", "", value.length),
      ...value.flatMap((item, n) => nodesOf(item, String(n), `${path}[${n}]`, depth + 1)),
    ];
  }
  if (value !== null && typeof value === "object") {
    const entries = Object.entries(value);
    return [
      node("object", "", entries.length),
      ...entries.flatMap(([name, item]) => nodesOf(item, name, path ? `${path}.${name}` : name, depth + 1)),
    ];
  }
  const kind = value === null ? "null" : (typeof value as "string" | "number" | "boolean");
  return [node(kind, JSON.stringify(value))];
}

export function createFake(options: FakeOptions = {}): Fake {
  const handlers = new Set<(event: Event) => void>();
  let total = options.deliveries ?? 12_408;
  const deleted = new Set<string>();
  const starred = new Map<string, boolean>();
  let results = 0;
  const queries = new Map<number, string>();
  const calls: Fake["calls"] = [];
  const copied: string[] = [];

  let settings: Settings = {
    theme: "system",
    bind: "127.0.0.1",
    port: 4400,
    body_cap: 33_554_432,
    vault: "keychain",
    public_url: "https://blue-heron.trycloudflare.com",
    last_target: "http://localhost:3000/hooks",
    close_to_tray: false,
    welcomed: options.welcomed ?? true,
  };
  const inbox = (name: string, scheme: string | null, deliveries: number, failed: number): Inbox => ({
    name,
    scheme,
    config: {},
    secrets: scheme ? [{ id: `s-${name}`, name: `${name} signing secret`, state: "current" }] : [],
    answer: { status: 200, headers: [], body: "", delay_ms: 0 },
    answer_handshakes: true,
    forward_to: [],
    connection: null,
    endpoint: null,
    created_at: at(90_000),
    deliveries,
    failed,
    last_received_at: at(12),
  });
  let inboxes: Inbox[] = [
    inbox("mynd-prod", "mynd", 3016, 0),
    inbox("mnemom-alerts", "mnemom", 214, 0),
    inbox("mindbridge", "mindbridge", 58, 31),
    inbox("github-ci", null, 9120, 0),
  ];
  const connection = (name: string, provider: string, endpoints: number): Connection => ({
    name,
    provider,
    base_url: null,
    vars: {},
    auth: "bearer",
    token: `s-${name}-token`,
    created_at: at(400_000),
    read_at: at(20),
    endpoints,
    last_error: null,
  });
  let connections: Connection[] = [connection("acme", "mynd", 3), connection("org-7f21", "timbrix", 2)];
  const endpoint = (id: string, url: string, label: string, active: boolean): Endpoint => ({
    id,
    connection: "acme",
    provider: "mynd",
    url,
    label,
    events: ["run.completed", "run.awaiting_approval"],
    all_events: false,
    active,
    status: active ? "enabled" : "disabled",
    failures: active ? 1 : 10,
    disabled_reason: active ? null : "10 failures in a row",
    created_at: at(900_000),
    updated_at: null,
    revision: null,
    credential: { kind: "shared_secret", in_vault: true },
    inbox: active ? "mynd-prod" : null,
    raw: { id, url, enabled: active },
  });
  let endpoints: Endpoint[] = [
    endpoint("ep_1", "https://api.example.com/hooks/mynd", "prod event consumer", true),
    endpoint("ep_2", "https://blue-heron.trycloudflare.com/in/mynd-prod", "my laptop", true),
    endpoint("ep_3", "https://alerts.example.com/mnemom", "alerts", false),
  ];
  let secrets: SecretMeta[] = [
    {
      id: "s-mynd-prod",
      name: "mynd-prod signing secret",
      kind: "shared_secret",
      state: "current",
      connection: "acme",
      endpoint: "ep_1",
      created_at: at(260_000),
      accepted_until: null,
      used_by: ["mynd-prod"],
    },
  ];
  const job = (id: string, title: string, state: ReplayJob["state"], done: number): ReplayJob => ({
    id,
    title,
    state,
    options: {
      target: "http://localhost:3000/hooks",
      mode: "resign",
      rate: 50,
      concurrency: 8,
      retries: 3,
      timeout_ms: 10_000,
      stop_after_failures: null,
    },
    counts: { total: 1204, sent: done, succeeded: done - 45, failed: 45, skipped: 0, unknown: 0 },
    created_at: at(30),
    finished_at: state === "completed" ? at(5) : null,
    median_us: 38_000,
    p99_us: 412_000,
    per_second: state === "running" ? 48 : null,
    stopped_because: null,
  });
  let jobs: ReplayJob[] = [
    job("r-1", "Failed since Friday", "running", 746),
    job("r-2", "run.failed → staging", "completed", 1204),
  ];

  const attempt = (n: number, delivery: string): Attempt => ({
    id: `a-${n}`,
    job: "r-1",
    delivery,
    event_type: "run.failed",
    kind: "replay",
    number: 1,
    target: "http://localhost:3000/hooks",
    mode: "resign",
    started_at: at(n * 3),
    duration_us: 31_000 * n,
    outcome: n % 3 === 0 ? "failed" : "succeeded",
    status: n % 3 === 0 ? 422 : 200,
    error: null,
    request_headers: [["content-type", "application/json"]],
    response_headers: [["content-type", "text/plain"]],
    response_size: 14,
    response_truncated: false,
    first_status: 500,
  });

  const matches = (row: DeliveryRow, query: string): boolean =>
    query
      .split(/\s+/)
      .filter((word) => word && word !== "or")
      .every((word) => {
        const [field, value = ""] = word.split(":");
        if (field === "inbox") return row.inbox === value;
        if (field === "verdict") return row.verdict === value || value.split(",").includes(row.verdict);
        if (field === "type") return row.event_type === value;
        if (field === "status") return row.status >= 400;
        if (field === "starred") return row.starred;
        return true;
      });
  const cache = new Map<string, DeliveryRow[]>();
  const rowsOf = (query: string): DeliveryRow[] => {
    const key = `${query}|${total}|${deleted.size}|${starred.size}`;
    const known = cache.get(key);
    if (known) return known;
    const rows: DeliveryRow[] = [];
    for (let n = total; n >= 1; n -= 1) {
      const row = rowOf(n, total);
      row.starred = starred.get(row.id) ?? row.starred;
      if (!deleted.has(row.id) && matches(row, query)) rows.push(row);
    }
    cache.clear();
    cache.set(key, rows);
    return rows;
  };
  const row = (id: string): DeliveryRow => {
    const n = numberOf(id);
    if (!(n >= 1 && n <= total) || deleted.has(id)) throw failure("not_found", `There is no delivery ${id}.`);
    const found = rowOf(n, total);
    return { ...found, starred: starred.get(id) ?? found.starred };
  };
  const status = (): Status => ({
    listening: "http://127.0.0.1:4400",
    listen_failure: null,
    totals: { deliveries: total - deleted.size, failed: 31, errors: 7, starred: 4, bytes: 148_000_000 },
    last_minute: 3,
    vault: { kind: "keychain", state: { state: "working" } },
    data_dir: "~/.local/share/waybill",
    version: "0.1.0",
    notice: null,
  });
  const must = <T>(found: T | undefined, what: string): T => {
    if (found === undefined) throw failure("not_found", `There is no ${what} of that name.`);
    return found;
  };
  const created = (changed: Endpoint | null): EndpointCreated => ({
    endpoint: changed,
    secret: secrets[0] ?? null,
    inbox: null,
    call: null,
  });
  const setJob = (id: string, state: ReplayJob["state"]): ReplayJob => {
    const found = {
      ...must(
        jobs.find((one) => one.id === id),
        "replay",
      ),
      state,
    };
    jobs = jobs.map((one) => (one.id === id ? found : one));
    return found;
  };
  const sent = (): Response<"tools.sample"> => {
    arrive(1);
    return {
      url: "http://127.0.0.1:4400/in/sample",
      outcome: "succeeded",
      status: 200,
      duration_us: 2100,
      error: null,
      headers: [],
      mode: "resign",
      inbox: "sample",
    };
  };
  const text = (id: string) => JSON.stringify(bodyOf(row(id)));

  const log = (): LogEntry[] =>
    ["500", "200", "timeout", "200"].map(
      (answer, n): LogEntry => ({
        id: `del_55${n}`,
        endpoint: "ep_1",
        event_type: n % 2 ? "run.completed" : "run.failed",
        event_id: `evt_${n}`,
        state: answer === "200" ? "succeeded" : "failed",
        status: answer,
        attempts: 1,
        response_status: Number(answer) || null,
        latency_ms: 84 * (n + 1),
        error: answer === "timeout" ? "timeout" : null,
        sent_at: at(n * 60),
        next_retry_at: answer === "200" ? null : at(-240),
        has_request: false,
        delivery: n === 2 ? null : `d-${total - n}`,
        raw: {},
      }),
    );
  const answers: Handlers = {
    "deliveries.query": ({ query }) => {
      if (/\($|^\)|:$/.test(query)) {
        throw {
          ...failure("invalid_query", "A value is expected here."),
          details: { start: query.length - 1, end: query.length },
        };
      }
      results += 1;
      queries.set(results, query);
      return { id: results, query, total: rowsOf(query).length };
    },
    "deliveries.window": ({ result, offset, limit }) => {
      const rows = rowsOf(must(queries.get(result), "result set"));
      return { total: rows.length, offset, rows: rows.slice(offset, offset + limit) };
    },
    "deliveries.close": ({ result }) => {
      queries.delete(result);
      return {};
    },
    "deliveries.locate": ({ result, id }) => {
      const index = rowsOf(must(queries.get(result), "result set")).findIndex((one) => one.id === id);
      return { index: index < 0 ? null : index };
    },
    "deliveries.histogram": ({ result, buckets }) => {
      const count = rowsOf(must(queries.get(result), "result set")).length;
      if (count === 0) return { from: null, to: null, buckets: [] };
      let seed = 7;
      return {
        from: at(86_400),
        to: at(0),
        buckets: Array.from({ length: buckets }, (_, n) => {
          seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
          const bar = Math.round(6 + ((seed % 2800) / 100) * (1 - Math.abs(n - 40) / 60));
          return { total: bar, failed: n % 7 === 3 ? Math.round(bar * 0.3) : 0 };
        }),
      };
    },
    "deliveries.complete": ({ text: typed, cursor }) => {
      const start = typed.slice(0, cursor).search(/\S*$/);
      const word = typed.slice(start, cursor);
      const all: [string, string][] = word.startsWith("inbox:")
        ? inboxes.map((one) => [`inbox:${one.name}`, String(one.deliveries)])
        : [
            ["inbox:", "the inbox it came to"],
            ["type:", "the event type, with *"],
            ["verdict:", "valid, invalid, unsigned, unchecked"],
            ["status:", "the answered status: >=500, 2xx"],
            ["since:", "2h, fri, a time"],
          ];
      return all
        .filter(([insert]) => insert.startsWith(word))
        .map(([insert, detail]) => ({ insert, label: insert, detail, start, end: cursor }));
    },
    "deliveries.list": () => ({ deliveries: rowsOf("").slice(0, 50).map(detailOf), next: null }),
    "deliveries.get": ({ id }) => detailOf(row(id)),
    "deliveries.payload": ({ id }) => ({
      kind: "json",
      content_type: "application/json; charset=utf-8",
      charset: "utf-8",
      size: text(id).length,
      decoded: null,
      decoded_size: text(id).length,
      text: JSON.stringify(bodyOf(row(id)), null, 2),
      original: text(id),
      text_cut: false,
      nodes: nodesOf(bodyOf(row(id))),
      nodes_cut: false,
      pairs: [],
      parts: [],
      problem: null,
      notes: [],
    }),
    "deliveries.hex": ({ id, part, row: from, rows }) => {
      const bytes = encode(part === "body" ? text(id) : "POST /in/mynd-prod HTTP/1.1\r\nHost: 127.0.0.1:4400\r\n\r\n");
      const answer = [];
      for (let offset = from * 16; offset < Math.min(bytes.length, (from + rows) * 16); offset += 16) {
        const slice = [...bytes.slice(offset, offset + 16)];
        answer.push({
          offset,
          hex: slice.map((byte) => byte.toString(16).padStart(2, "0")).join(" "),
          text: slice.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join(""),
        });
      }
      return { size: bytes.length, rows: answer };
    },
    ...signatureHandlers(row, text),
    "deliveries.diff": ({ left, right }) => ({
      left,
      right,
      equal: true,
      head: { hunks: [], removed: 0, added: 0, cut: false },
      body: { kind: "same", lines: { hunks: [], removed: 0, added: 0, cut: false }, first_difference: null },
      left_size: text(left).length,
      right_size: text(right).length,
    }),
    "deliveries.check_again": () => ({ checked: 31, valid: 30, changed: 30 }),
    "deliveries.star": ({ id, starred: on }) => {
      starred.set(id, on);
      return {};
    },
    "deliveries.note": () => ({}),
    "deliveries.delete": ({ ids }) => {
      for (const id of ids) deleted.add(id);
      return { deleted: ids.length, undo: ids.join(",") };
    },
    "deliveries.undelete": ({ undo }) => {
      for (const id of undo.split(",")) deleted.delete(id);
      return {};
    },
    "deliveries.export": ({ ids }) => ({
      text: `curl -X POST 'http://127.0.0.1:4400/in/mynd-prod' -H 'content-type: application/json' --data-raw '${text(ids[0] ?? "d-1")}'`,
      base64: false,
      deliveries: 1,
      redacted: 1,
    }),
    "deliveries.import": () => ({ ids: [], verdicts: [] }),
    "inboxes.list": () => inboxes,
    "inboxes.get": ({ name }) =>
      must(
        inboxes.find((one) => one.name === name),
        "inbox",
      ),
    "inboxes.create": ({ name, scheme }) => {
      const made = inbox(name, scheme, 0, 0);
      inboxes = [...inboxes, made];
      return made;
    },
    "inboxes.update": ({ name, answer, forward_to, scheme }) => {
      const before = must(
        inboxes.find((one) => one.name === name),
        "inbox",
      );
      const next = {
        ...before,
        answer: answer ?? before.answer,
        forward_to: forward_to ?? before.forward_to,
        scheme: scheme ?? before.scheme,
      };
      inboxes = inboxes.map((one) => (one.name === name ? next : one));
      return next;
    },
    "inboxes.add_secret": ({ name }) =>
      must(
        inboxes.find((one) => one.name === name),
        "inbox",
      ),
    "inboxes.remove_secret": ({ name }) =>
      must(
        inboxes.find((one) => one.name === name),
        "inbox",
      ),
    "inboxes.remove": ({ name }) => {
      inboxes = inboxes.filter((one) => one.name !== name);
      return {};
    },
    "providers.list": () => PROVIDERS,
    "providers.get": ({ id }) =>
      must(
        PROVIDERS.find((one) => one.id === id),
        "provider",
      ),
    "providers.check": ({ file }) => ({ file, faults: [] }),
    "connections.list": () => connections,
    "connections.add": ({ name, provider }) => {
      const made = connection(name, provider, 0);
      connections = [...connections, made];
      return made;
    },
    "connections.test": () => ({ ok: true, endpoints: 3, took_ms: 84, failure: null }),
    "connections.remove": ({ name }) => {
      connections = connections.filter((one) => one.name !== name);
      return {};
    },
    ...streamHandlers(
      (event) => emit(event),
      (name) => {
        if (!inboxes.some((one) => one.name === name)) inboxes = [...inboxes, inbox(name, null, 0, 0)];
      },
    ),
    "endpoints.list": () => ({ endpoints, problems: [], read_at: at(20) }),
    "endpoints.read": () => ({ endpoints, problems: [], read_at: at(0) }),
    "endpoints.get": ({ id }) =>
      must(
        endpoints.find((one) => one.id === id),
        "endpoint",
      ),
    "endpoints.create": ({ url, label, dry_run }) => {
      if (dry_run)
        return {
          endpoint: null,
          secret: null,
          inbox: null,
          // biome-ignore lint/suspicious/noThenProperty: what the host calls it
          call: { method: "POST", url, headers: [], body: "{}", then: [] },
        };
      const made = endpoint(`ep_${endpoints.length + 1}`, url, label ?? "", true);
      endpoints = [made, ...endpoints];
      return created(made);
    },
    "endpoints.update": ({ id }) =>
      created(
        must(
          endpoints.find((one) => one.id === id),
          "endpoint",
        ),
      ),
    "endpoints.set_active": ({ id, active }) => {
      endpoints = endpoints.map((one) =>
        one.id === id ? { ...one, active, status: active ? "enabled" : "disabled" } : one,
      );
      return created(
        must(
          endpoints.find((one) => one.id === id),
          "endpoint",
        ),
      );
    },
    "endpoints.delete": ({ id }) => {
      endpoints = endpoints.filter((one) => one.id !== id);
      return created(null);
    },
    "endpoints.rotate": () => ({ secret: secrets[0] ?? null, previous: "Accepted for 24 hours more.", call: null }),
    "endpoints.test": () => ({ by: "provider", ok: true, status: 200, latency_ms: 84, error: null }),
    "endpoints.log": log,
    ...reconcileHandlers(log),
    "endpoints.redeliver": () => ({}),
    "endpoints.history": () => [],
    "secrets.list": () => secrets,
    "secrets.set": ({ name, kind }) => {
      const made: SecretMeta = {
        id: `s-${secrets.length + 1}`,
        name,
        kind,
        state: "current",
        connection: null,
        endpoint: null,
        created_at: at(0),
        accepted_until: null,
        used_by: [],
      };
      secrets = [...secrets, made];
      return made;
    },
    "secrets.reveal": () => ({ value: "made-up, not a secret" }),
    "secrets.remove": ({ id }) => {
      secrets = secrets.filter((one) => one.id !== id);
      return {};
    },
    "tools.verify": () => {
      throw failure("unsupported", "The fake verifies nothing.");
    },
    "tools.sign": () => {
      throw failure("unsupported", "The fake signs nothing.");
    },
    "tools.send": sent,
    "tools.sample": sent,
    "replays.plan": ({ selection, options: how }) => ({
      count: selection.ids.length || rowsOf(selection.query).length,
      bytes: 1_400_000,
      oldest: at(345_600),
      newest: at(0),
      duplicates: 3,
      unsignable: 0,
      cut: 0,
      inboxes: [{ name: "mynd-prod", count: 1204 }],
      class: how.target.includes("localhost") ? "loopback" : "public",
      host: how.target.replace(/^https?:\/\//, "").split("/")[0] ?? "",
      warnings: how.target.includes("localhost") ? [] : ["The target is public."],
      first_method: "POST",
      first_headers: [["content-type", "application/json"]],
    }),
    "replays.start": ({ options: how, selection }) => {
      const made: ReplayJob = {
        ...job(`r-${jobs.length + 1}`, `${selection.ids.length} selected`, "completed", 1),
        options: how,
        counts: { total: 1, sent: 1, succeeded: 1, failed: 0, skipped: 0, unknown: 0 },
      };
      jobs = [made, ...jobs];
      return made;
    },
    "replays.list": () => jobs,
    "replays.get": ({ id }) =>
      must(
        jobs.find((one) => one.id === id),
        "replay",
      ),
    "replays.attempts": ({ delivery, job: of }) => {
      const list =
        delivery === null && of === null ? [] : [1, 2, 3].map((n) => attempt(n, delivery ?? `d-${total - n}`));
      return { total: list.length, attempts: list };
    },
    "replays.pause": ({ id }) => setJob(id, "paused"),
    "replays.resume": ({ id }) => setJob(id, "running"),
    "replays.cancel": ({ id }) => setJob(id, "cancelled"),
    "settings.get": () => settings,
    "settings.update": (patch) => {
      settings = { ...settings, ...patch };
      return settings;
    },
    "status.get": status,
    "capture.start": status,
    "capture.stop": () => ({ ...status(), listening: null }),
    "vault.check": () => ({ kind: "keychain", state: { state: "working" } }),
    doctor: () => [{ name: "Keychain", state: "ok", detail: "A secret was stored, read and removed.", mend: "" }],
    ...options.override,
  };

  const emit = (event: Event) => {
    for (const handler of handlers) handler(event);
  };
  const arrive = (many: number) => {
    const before = new Map([...queries].map(([id, query]) => [id, rowsOf(query).length]));
    total += many;
    const deltas = [...queries].map(([id, query]) => {
      const now = rowsOf(query).length;
      return { id, total: now, added: now - (before.get(id) ?? 0) };
    });
    emit({
      event: "arrived",
      results: deltas.filter((delta) => delta.added > 0),
      rows: Array.from({ length: Math.min(50, many) }, (_, n) => rowOf(total - n, total)),
      count: many,
    });
  };
  if (options.every) setInterval(() => arrive(1), options.every);

  return {
    name: "fake",
    calls,
    copied,
    emit,
    arrive,
    async call<N extends CommandName>(name: N, request: Request<N>): Promise<Response<N>> {
      calls.push({ name, request });
      await Promise.resolve();
      return structuredClone((answers[name] as Handlers[N])(request)) as Response<N>;
    },
    async bytes(request: BytesRequest): Promise<Uint8Array> {
      if (request.of === "answer") return encode('{"ok":true}\r\n');
      if (request.part === "head") return encode("POST /in/mynd-prod HTTP/1.1\r\nHost: 127.0.0.1:4400\r\n\r\n");
      return encode(text(request.id)).slice(request.offset, request.offset + request.limit);
    },
    subscribe(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    async copyText(value) {
      copied.push(value);
    },
    async saveFile(name) {
      return name;
    },
    async openLink() {},
  };
}
