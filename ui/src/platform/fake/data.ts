// Made-up deliveries for unit tests and for looking at the window without a host. The same every time.
import type { Delivery, DeliveryRow, Origin, Reason, Verdict } from "@/generated/api";

interface Kind {
  type: string;
  inbox: string;
  verdict: Verdict;
  reason: Reason;
  status: number;
  size: number;
  origin?: Origin;
}

const KINDS: Kind[] = [
  { type: "run.failed", inbox: "mynd-prod", verdict: "invalid", reason: "signature_mismatch", status: 200, size: 1104 },
  { type: "run.completed", inbox: "mynd-prod", verdict: "valid", reason: "ok", status: 200, size: 984 },
  { type: "integrity.violation", inbox: "mnemom-alerts", verdict: "valid", reason: "ok", status: 200, size: 3420 },
  { type: "ANALYSIS_COMPLETE", inbox: "mindbridge", verdict: "valid", reason: "ok", status: 200, size: 612 },
  { type: "push", inbox: "github-ci", verdict: "valid", reason: "ok", status: 502, size: 8903 },
  { type: "drift.detected", inbox: "mnemom-alerts", verdict: "valid", reason: "ok", status: 200, size: 1630 },
  {
    type: "run.awaiting_approval",
    inbox: "mynd-prod",
    verdict: "invalid",
    reason: "timestamp_too_old",
    status: 401,
    size: 1012,
  },
  { type: "workflow_run.completed", inbox: "github-ci", verdict: "valid", reason: "ok", status: 200, size: 14210 },
  {
    type: "plant.created",
    inbox: "org-7f21",
    verdict: "unchecked",
    reason: "no_secret",
    status: 0,
    size: 420,
    origin: "streamed",
  },
  {
    type: "INGESTION_FAILED",
    inbox: "mindbridge",
    verdict: "unsigned",
    reason: "missing_signature",
    status: 200,
    size: 733,
  },
];

/** The instant of the newest made-up delivery, in milliseconds. */
export const NEWEST = Date.now() - 5_000;

function kind(n: number): Kind {
  return KINDS[n % KINDS.length] as Kind;
}

export function idOf(n: number): string {
  return `d-${n}`;
}

export function numberOf(id: string): number {
  return Number(id.replace(/^d-/, ""));
}

/** `n`: 1 is the oldest. `of`: how many there are. */
export function rowOf(n: number, of: number): DeliveryRow {
  const { type, inbox, verdict, reason, status, size, origin = "captured" } = kind(of - n);
  return {
    id: idOf(n),
    inbox,
    received_at: new Date(NEWEST - (of - n) * 7_300).toISOString().replace("Z", "418000Z"),
    method: "POST",
    path: `/in/${inbox}`,
    body_size: size,
    verdict,
    reason,
    event_type: type,
    event_id: `evt_${(n * 2654435761).toString(16).slice(0, 6)}`,
    status,
    origin,
    starred: n % 97 === 0,
    attempts: n % 10 === 8 ? 2 : 0,
    handshake: null,
  };
}

export function detailOf(row: DeliveryRow): Delivery {
  return {
    ...row,
    query: "",
    headers: [
      ["Host", "127.0.0.1:4400"],
      ["User-Agent", "Mynd-Webhooks/2.4"],
      ["Content-Type", "application/json; charset=utf-8"],
      ["Content-Length", String(row.body_size)],
      ["Accept-Encoding", "gzip"],
      ["X-Mynd-Event", row.event_type ?? ""],
      ["X-Mynd-Delivery", "del_550"],
      ["X-Mynd-Attempt", "2"],
      ["X-Mynd-Timestamp", "1781166727"],
      ["X-Mynd-Signature", "v1=9c41e0a7d2b0c4f1e877b20f"],
      ["Authorization", "Bearer made-up"],
    ],
    body_sha256: "b7ad567477c83756aab9a542b2be04f77dbae25115d85f22070d74d8cc4779dc",
    scheme: row.verdict === "unchecked" ? null : "mynd",
    secret: row.verdict === "valid" ? `${row.inbox} signing secret` : null,
    delivery_id: "del_550",
    duration_us: 1800,
    peer: "127.0.0.1:53122",
    note: "",
    truncated: false,
    refused: null,
  };
}

export function bodyOf(row: DeliveryRow): Record<string, unknown> {
  return {
    id: row.event_id,
    type: row.event_type,
    created_at: "2026-06-11T08:00:02Z",
    data: { run_id: "run_88213", attempt: 2, retryable: true, cost: 0.1834, owner: null, tags: ["nightly", "eu-west"] },
    note: "A longer text, so that a line of the tree has to be cut somewhere: the run was stopped by its guard after the third try.",
  };
}
