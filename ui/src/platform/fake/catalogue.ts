// Two made-up providers and a scheme, in the shape of the catalogue.
import type { ProviderInfo, SchemeInfo } from "@/generated/api";

export const MYND_SCHEME: SchemeInfo = {
  id: "mynd",
  title: "Mynd",
  algorithm: "HMAC-SHA256, hex",
  signed_content: "{timestamp}.{body}",
  header: "X-Mynd-Signature",
  tolerance_s: 300,
  can_sign: true,
  unconfirmed: false,
  config: [],
  handshakes: [],
  note: "",
  sources: [],
};

const OPERATIONS: ProviderInfo["operations"] = [
  { operation: "list", support: "supported", note: "" },
  { operation: "get", support: "supported", note: "" },
  { operation: "create", support: "supported", note: "" },
  { operation: "update", support: "supported", note: "" },
  { operation: "set_active", support: "supported", note: "" },
  { operation: "delete", support: "supported", note: "" },
  { operation: "rotate", support: "supported", note: "The secret before stays valid for 24 hours." },
  { operation: "test", support: "supported", note: "" },
  { operation: "log", support: "supported", note: "" },
  { operation: "redeliver", support: "unsupported", note: "Replay the captured delivery instead." },
];

export const PROVIDERS: ProviderInfo[] = [
  {
    id: "mynd",
    title: "Mynd",
    introduction: "Agent runs and approvals.",
    bases: [{ label: "Production", url: "https://api.mynd.example/v1" }],
    variables: [{ name: "workspace", label: "Workspace", hint: "as in the address of the console" }],
    auth: [{ id: "bearer", label: "API token", hint: "Settings, API" }],
    fields: [],
    events: ["run.completed", "run.failed", "run.awaiting_approval", "member.added"].map((name) => ({
      name,
      group: name.split(".")[0] ?? "",
    })),
    all_events: { kind: "wildcard", word: "*" },
    events_note: "",
    scheme: "mynd",
    operations: OPERATIONS,
    url_rules: ["HTTPS only", "one endpoint per address"],
    delivery_notes: ["Must answer 2xx within 10 s", "Backoff for 24 hours"],
    sources: [],
  },
  {
    id: "timbrix",
    title: "Timbrix (Mintlify sandbox API)",
    introduction: "Plants, shown at the sandbox of its documentation.",
    bases: [{ label: "Sandbox", url: "https://sandbox.timbrix.example" }],
    variables: [{ name: "organizationId", label: "Organisation", hint: "a UUID" }],
    auth: [{ id: "key", label: "API key", hint: "" }],
    fields: [
      {
        name: "format",
        label: "Format",
        hint: "",
        required: true,
        editable: true,
        default: "json",
        kind: "choice",
        options: ["json", "form"],
      },
    ],
    events: [{ name: "plant.created", group: "plant" }],
    all_events: { kind: "explicit" },
    events_note: "",
    scheme: "timbrix",
    operations: [
      ...OPERATIONS,
      { operation: "listen", support: "supported", note: "Events as they happen, without a public address." },
    ],
    url_rules: [],
    delivery_notes: [],
    sources: [],
  },
];
