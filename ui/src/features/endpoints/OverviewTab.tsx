// What is known of an endpoint, and what was done to it from here.
import { useNavigate } from "@tanstack/react-router";
import { useAnswer } from "@/app/host";
import { Badge } from "@/components/Badge";
import { KeyValues } from "@/components/KeyValues";
import { Waiting } from "@/components/States";
import { Time } from "@/components/Time";
import type { Endpoint, HistoryEntry, ProviderInfo } from "@/generated/api";
import { VAULT_PLACE } from "./custody/words";
import { offWords } from "./findings";
import { fieldValue } from "./form";
import { isInstant } from "./instant";
import { shortTitle } from "./operations";
import { Strip, pageStyles as styles } from "./Page";

const OPERATIONS: Record<string, string> = {
  create: "made",
  update: "changed",
  enable: "switched on",
  disable: "switched off",
  delete: "deleted",
  rotate: "secret rotated",
  redeliver: "asked for a redelivery",
};
const OUTCOMES: Record<string, { word: string; tone: "ok" | "bad" | "warn" }> = {
  done: { word: "done", tone: "ok" },
  refused: { word: "refused", tone: "bad" },
  unknown: { word: "unknown", tone: "warn" },
};

function when(text: string | null) {
  return text === null ? null : isInstant(text) ? <Time at={text} /> : text;
}

/** What a write changed, field by field. */
export function changesOf(entry: HistoryEntry): string[] {
  const before = entry.before ?? {};
  const after = entry.after ?? {};
  if (entry.before === null || entry.after === null) return [];
  return Object.keys(after)
    .filter((name) => !["raw", "updated_at", "revision"].includes(name))
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name}: ${JSON.stringify(before[name])} → ${JSON.stringify(after[name])}`);
}

export function OverviewTab({ endpoint, provider }: { endpoint: Endpoint; provider: ProviderInfo | undefined }) {
  const navigate = useNavigate();
  const vault = useAnswer("status.get", {}).data?.vault.kind ?? "keychain";
  const history = useAnswer("endpoints.history", { connection: endpoint.connection, endpoint: endpoint.id });
  const title = shortTitle(provider, endpoint.provider);
  const { credential } = endpoint;
  return (
    <div className={styles.body}>
      {!endpoint.active && (endpoint.failures || endpoint.disabled_reason) ? (
        <Strip tone="bad">
          <b>{title} does not send to it.</b> {offWords(endpoint)}. Mend what answers there, then enable it again.
        </Strip>
      ) : null}
      <div className={styles.card}>
        <KeyValues
          entries={[
            [
              "Events",
              endpoint.all_events ? (
                "every event type"
              ) : (
                <span key="events" className={styles.chips}>
                  {endpoint.events.map((event) => (
                    <Badge key={event}>{event}</Badge>
                  ))}
                </span>
              ),
            ],
            [
              credential.kind === "public_key" ? "Public key" : "Signing secret",
              credential.in_vault ? VAULT_PLACE[vault] : "not in the vault here",
            ],
            [
              "Inbox",
              endpoint.inbox === null ? (
                <span key="inbox" className="muted">
                  none here has this address
                </span>
              ) : (
                <>
                  <button
                    type="button"
                    className={styles.link}
                    onClick={() => void navigate({ to: "/inboxes", search: { name: endpoint.inbox ?? "" } })}
                  >
                    {endpoint.inbox}
                  </button>{" "}
                  <button
                    type="button"
                    className={styles.link}
                    onClick={() => void navigate({ to: "/", search: { q: `inbox:${endpoint.inbox}` } })}
                  >
                    its deliveries
                  </button>
                </>
              ),
            ],
            ["State", `${endpoint.status} (in ${title}'s words)`],
            endpoint.failures === null ? null : ["Failures in a row", String(endpoint.failures)],
            ...(provider?.fields ?? [])
              .filter((field) => fieldValue(endpoint, field) !== "" && fieldValue(endpoint, field) !== endpoint.label)
              .map((field) => [field.label, fieldValue(endpoint, field)] as const),
            provider && provider.delivery_notes.length > 0
              ? [
                  "Delivery",
                  <ul key="notes" className={styles.bullets}>
                    {provider.delivery_notes.map((note) => (
                      <li key={note}>{note}</li>
                    ))}
                  </ul>,
                ]
              : null,
            endpoint.created_at ? ["Made", when(endpoint.created_at)] : null,
            endpoint.updated_at ? ["Changed", when(endpoint.updated_at)] : null,
            [
              "Id",
              <span key="id" className="mono">
                {endpoint.id}
              </span>,
            ],
            endpoint.revision
              ? [
                  "Revision",
                  <span key="rev" className="mono">
                    {endpoint.revision}
                  </span>,
                ]
              : null,
          ]}
        />
      </div>
      <section className={styles.section}>
        <h3>Done from here</h3>
        {history.data === undefined ? (
          <Waiting lines={2} />
        ) : history.data.length === 0 ? (
          <p className="muted">
            Nothing yet. Every write is recorded here: who, when, before and after, without secrets.
          </p>
        ) : (
          <ul className={styles["list-plain"]}>
            {history.data.map((entry) => {
              const outcome = OUTCOMES[entry.outcome] ?? { word: entry.outcome, tone: "warn" as const };
              return (
                <li key={`${entry.at}${entry.operation}`}>
                  <span className={styles.row}>
                    <span className="mono">
                      <Time at={entry.at} />
                    </span>
                    <b>{OPERATIONS[entry.operation] ?? entry.operation}</b>
                    <span className="muted">by {entry.who}</span>
                    <Badge tone={outcome.tone}>{outcome.word}</Badge>
                  </span>
                  {changesOf(entry).map((change) => (
                    <div key={change} className="mono muted" style={{ overflowWrap: "anywhere" }}>
                      {change}
                    </div>
                  ))}
                </li>
              );
            })}
          </ul>
        )}
      </section>
    </div>
  );
}
