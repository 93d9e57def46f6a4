// The fake's schemes and signatures: a diagnosis with evidence, a search that goes on, own schemes that are kept.
import type { CommandName, DeliveryRow, DiagnosisProgress, SchemeInfo, Search, SignatureReport } from "@/generated/api";
import type { Request, Response } from "../types";
import { MYND_SCHEME } from "./catalogue";

type Handlers = { [N in CommandName]: (request: Request<N>) => Response<N> };
type Names = Extract<CommandName, `schemes.${string}` | `diagnosis.${string}`> | "deliveries.signature";

const MYND_TEXT = `title = "Mynd"
algorithm = "hmac-sha256"
message = "{timestamp}.{body}"

[key]
encoding = "text"

[signature]
from = { header = "X-Mynd-Signature" }
format = "pairs"
separator = ","
accept = ["v1"]
encoding = "hex"

[timestamp]
from = { header = "X-Mynd-Timestamp" }
unit = "seconds"
max_age = 300
`;

const info = (id: string, title: string, header: string, algorithm = "HMAC-SHA256, hex"): SchemeInfo => ({
  ...MYND_SCHEME,
  id,
  title,
  header,
  algorithm,
  signed_content: "{body}",
  tolerance_s: null,
});

const CATALOGUE: SchemeInfo[] = [
  MYND_SCHEME,
  info("github-sha256", "GitHub", "X-Hub-Signature-256"),
  info("stripe", "Stripe", "Stripe-Signature"),
  info("gitlab-token", "GitLab", "X-Gitlab-Token", "Token"),
];

const searched = (state: Search["state"], tried: number): Search => ({
  state,
  tried,
  total: 9_412,
  tried_list: [
    { what: "the body rewritten", count: Math.floor(tried * 0.6) },
    { what: "the secret read otherwise", count: 48 },
    { what: "other secrets", count: 6 },
  ],
  not_tried: [],
  elapsed_ms: tried / 4,
});

export function signatureHandlers(
  row: (id: string) => DeliveryRow,
  text: (id: string) => string,
): Pick<Handlers, Names> {
  const own = new Map<string, string>();
  const mended = new Set<string>();
  let progress: DiagnosisProgress = { search: null, diagnosis: [] };
  const list = () => [...CATALOGUE, ...[...own.keys()].map((id) => info(id, id, "X-Signature"))];

  const diagnosis: SignatureReport["diagnosis"] = [
    {
      code: "secret_line_break",
      confidence: "certain",
      explanation:
        "The signature is correct for this body when the secret is read without the line break at its end. The stored secret is 71 bytes long; 70 are expected.",
      mend: "Trim the stored secret",
      action: {
        kind: "restate_secret",
        secret_id: "s-mynd-prod",
        name: "mynd-prod signing secret",
        change: "trim",
        label: "Trim and check again",
      },
      evidence: {
        what: "signature",
        received_size: 0,
        signed_size: 0,
        differences: [],
        computed: "v1=03fb5512c8a1d5e0f2e1904a",
        received_signature: "v1=9c41e0a7d2b0c4f1e877b20f",
      },
    },
    {
      code: "body_json_compact",
      confidence: "possible",
      explanation: "The body was written again on its way, with spaces that were not signed.",
      mend: "Keep the proxy before this inbox from parsing the body.",
      action: null,
      evidence: {
        what: "body",
        received_size: 1_312,
        signed_size: 1_298,
        differences: [
          { offset: 12, received: '"id": "evt_1df490"', signed: '"id":"evt_1df490"' },
          { offset: 1_309, received: "true }\\x0a", signed: "true}" },
        ],
        computed: null,
        received_signature: null,
      },
    },
  ];

  const signature: Handlers["deliveries.signature"] = ({ id }) => {
    const one = row(id);
    const bad = one.verdict === "invalid" && !mended.has(id);
    return {
      scheme: one.verdict === "unchecked" ? null : MYND_SCHEME,
      verdict: mended.has(id) ? "valid" : one.verdict,
      reason: mended.has(id) ? "ok" : one.reason,
      stored: null,
      secret: one.verdict === "unchecked" ? null : "mynd-prod signing secret",
      secret_id: "s-mynd-prod",
      signed: [
        { kind: "timestamp", text: "1781166727", size: 10 },
        { kind: "text", text: ".", size: 1 },
        { kind: "body", text: text(id), size: text(id).length },
      ],
      signed_size: text(id).length + 11,
      timestamp: 1_781_166_727,
      age_s: 2,
      tolerance_s: 300,
      received: ["v1=9c41e0a7d2b0c4f1e877b20f"],
      computed: [bad ? "v1=03fb5512c8a1d5e0f2e1904a" : "v1=9c41e0a7d2b0c4f1e877b20f"],
      diagnosis: bad ? diagnosis : [],
      search: bad ? searched("more", 2_120) : null,
      looks_like: null,
      vault_problem: null,
    };
  };
  return {
    "deliveries.signature": signature,
    "diagnosis.start": () => {
      progress = { search: searched("running", 2_120), diagnosis: [] };
      return progress;
    },
    "diagnosis.progress": () => {
      if (progress.search?.state === "running") {
        const tried = Math.min(9_412, progress.search.tried + 900);
        progress = { search: searched(tried === 9_412 ? "complete" : "running", tried), diagnosis };
      }
      return progress;
    },
    "diagnosis.cancel": () => {
      progress = { search: searched("cancelled", progress.search?.tried ?? 0), diagnosis: [] };
      return progress;
    },
    "diagnosis.mend": ({ id }) => {
      mended.add(id);
      return { what: "The stored secret was trimmed.", inbox: row(id).inbox, checked: 12, valid: 11, changed: 11 };
    },
    "schemes.list": list,
    "schemes.get": ({ id }) => ({
      info: list().find((one) => one.id === id) ?? MYND_SCHEME,
      text: own.get(id) ?? MYND_TEXT,
      own: own.has(id),
    }),
    "schemes.check": ({ file }) => ({ file, faults: [] }),
    "schemes.own": () => ({ folder: "/data/schemes", schemes: [...own.keys()], unusable: [] }),
    "schemes.reload": () => ({ folder: "/data/schemes", schemes: [...own.keys()], unusable: [] }),
    "schemes.save": ({ id, text: written }) => {
      own.set(id, written);
      return { info: info(id, id, "X-Signature"), text: written, own: true };
    },
    "schemes.remove": ({ id }) => {
      own.delete(id);
      return {};
    },
    "schemes.preview": ({ delivery }) => ({ faults: [], report: delivery ? signature({ id: delivery }) : null }),
    "schemes.compose": () => ({ text: MYND_TEXT, faults: [] }),
    "schemes.detect": ({ delivery }) =>
      delivery && row(delivery).verdict === "unchecked"
        ? [
            {
              scheme: "github-sha256",
              title: "GitHub",
              reason: "The header X-Hub-Signature-256 holds sha256= and 64 hex digits.",
              confidence: "likely",
            },
          ]
        : [],
    "schemes.test_key": () => {
      throw new Error("The fake makes no keys.");
    },
  };
}
