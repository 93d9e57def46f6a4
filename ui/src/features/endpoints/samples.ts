// Made-up providers and endpoints for the tests of these views.
import type { Endpoint, FieldInfo, ProviderInfo } from "@/generated/api";

const field = (name: string, more: Partial<FieldInfo> = {}): FieldInfo =>
  ({
    name,
    label: name[0]?.toUpperCase() + name.slice(1),
    hint: "",
    required: false,
    editable: true,
    default: null,
    kind: "text",
    ...more,
  }) as FieldInfo;

export function provider(more: Partial<ProviderInfo> = {}): ProviderInfo {
  return {
    id: "ledger",
    title: "Ledger (sandbox)",
    introduction: "",
    bases: [
      { label: "Cloud", url: "https://{tenant}.ledger.example/api" },
      { label: "Local", url: "http://localhost:3001/api" },
    ],
    variables: [
      { name: "tenant", label: "Tenant", hint: "" },
      { name: "org", label: "Organisation", hint: "" },
    ],
    auth: [{ id: "bearer", label: "Token", hint: "" }],
    fields: [
      field("name", { required: true }),
      field("contact", { required: true, editable: false }),
      field("status", { kind: "choice", options: ["ON", "OFF"], required: true, default: "ON" } as Partial<FieldInfo>),
    ],
    events: [
      { name: "run.completed", group: "Runs" },
      { name: "run.failed", group: "Runs" },
      { name: "file.processed", group: "Files" },
    ],
    all_events: { kind: "explicit" },
    events_note: "",
    scheme: "ledger",
    operations: [
      { operation: "create", support: "supported", note: "" },
      { operation: "update", support: "unsupported", note: "Delete it and make it again." },
      { operation: "list", support: "unconfirmed", note: "Not documented." },
    ],
    url_rules: ["HTTPS only."],
    delivery_notes: [],
    sources: [],
    ...more,
  };
}

export function endpoint(more: Partial<Endpoint> = {}): Endpoint {
  return {
    id: "ep_1",
    connection: "acme",
    provider: "ledger",
    url: "https://api.example.com/hooks",
    label: "consumer",
    events: ["run.completed", "run.failed"],
    all_events: false,
    active: true,
    status: "enabled",
    failures: 0,
    disabled_reason: null,
    created_at: null,
    updated_at: null,
    revision: "7",
    credential: { kind: "shared_secret", in_vault: true },
    inbox: null,
    raw: { contact: "u-1", status: "ON" },
    ...more,
  };
}
