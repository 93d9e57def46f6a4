// One connection: whether it works, its live stream, what is known of it, what its provider can do.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { useAnswer, usePlatform, useRun } from "@/app/host";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { X } from "@/components/icons";
import { KeyValues } from "@/components/KeyValues";
import { Time } from "@/components/Time";
import { Ask } from "@/features/endpoints/Ask";
import { VAULT_PLACE } from "@/features/endpoints/custody/words";
import { shortTitle } from "@/features/endpoints/operations";
import { Ago, Strip, pageStyles as styles } from "@/features/endpoints/Page";
import type { Connection, ConnectionTest, ProviderInfo } from "@/generated/api";
import { count, counted } from "@/lib/format";
import { baseOf, stateOf } from "./connection";
import { StreamSection } from "./StreamSection";
import { canListen } from "./streams";
import { TestResult } from "./TestResult";

/** A source; where it begins with an address, that opens in the system's browser. */
function Source({ text }: { text: string }) {
  const platform = usePlatform();
  const url = /^https:\/\/[^\s)]+/.exec(text)?.[0];
  if (url === undefined) return text;
  return (
    <>
      <button type="button" className={styles.link} onClick={() => platform.openLink(url).catch(toastFailure)}>
        {url}
      </button>
      {text.slice(url.length)}
    </>
  );
}

export function ConnectionDetail({
  connection,
  provider,
  onClose,
}: {
  connection: Connection;
  provider: ProviderInfo | undefined;
  onClose: () => void;
}) {
  const navigate = useNavigate();
  const test = useRun("connections.test");
  const remove = useRun("connections.remove");
  const vault = useAnswer("status.get", {}).data?.vault.kind ?? "keychain";
  const [result, setResult] = useState<ConnectionTest | null>(null);
  const [asking, setAsking] = useState(false);
  const title = shortTitle(provider, connection.provider);
  const state = stateOf(connection);
  const auth = provider?.auth.find((form) => form.id === connection.auth);
  useActions([
    {
      id: "test-connection",
      label: "Test connection",
      group: "Connections",
      keys: ["T"],
      run: () => test.mutate({ name: connection.name }, { onSuccess: setResult, onError: toastFailure }),
    },
    {
      id: "remove-connection",
      label: "Remove…",
      group: "Connections",
      words: "delete connection",
      keys: ["Delete"],
      run: () => setAsking(true),
    },
    {
      id: "close-connection",
      label: "Close the detail",
      group: "Connections",
      keys: ["Escape"],
      palette: false,
      run: onClose,
    },
  ]);
  return (
    <>
      <div className={styles.head}>
        <h2>
          {connection.name} <Badge tone={state.tone}>{state.word}</Badge>
          <span className={styles.end}>
            <Button tone="ghost" icon small label="Close the detail" onClick={onClose}>
              <X size={14} />
            </Button>
          </span>
        </h2>
        <div className={styles.address}>
          <span>{provider?.title ?? connection.provider}</span>
        </div>
        <div className={styles.acts}>
          <ActionButton id="test-connection" tone="primary" busy={test.isPending}>
            Test
          </ActionButton>
          <Button onClick={() => void navigate({ to: "/endpoints", search: { connection: connection.name } })}>
            Open its endpoints
          </Button>
          <ActionButton id="remove-connection" tone="danger" />
        </div>
      </div>
      <div className={styles.scroll}>
        <div className={styles.body}>
          {result ? (
            <TestResult test={result} title={title} />
          ) : connection.last_error ? (
            <Strip tone="bad">
              <b>It could not be read the last time.</b> {connection.last_error}
            </Strip>
          ) : null}
          {canListen(provider) ? <StreamSection connection={connection.name} title={title} /> : null}
          <div className={styles.card}>
            <KeyValues
              entries={[
                [
                  "Base address",
                  <span key="base" className="mono">
                    {baseOf(connection, provider)}
                  </span>,
                ],
                ...Object.entries(connection.vars).map(
                  ([name, value]) =>
                    [
                      provider?.variables.find((variable) => variable.name === name)?.label ?? name,
                      <span key={name} className="mono">
                        {value}
                      </span>,
                    ] as const,
                ),
                [auth?.label ?? "Token", `${VAULT_PLACE[vault]}, never shown`],
                ["Endpoints", count(connection.endpoints)],
                ["Read", connection.read_at === null ? "never" : <Ago key="read" at={connection.read_at} />],
                ["Made", <Time key="made" at={connection.created_at} />],
              ]}
            />
          </div>
          {provider ? (
            <section className={styles.section}>
              <h3>What {title} can do</h3>
              <div className={styles.chips}>
                {provider.operations.map((entry) => (
                  <Badge
                    key={entry.operation}
                    tone={entry.support === "supported" ? "ok" : entry.support === "unsupported" ? "none" : "warn"}
                    title={entry.note || entry.support}
                  >
                    {entry.operation.replace("_", " ")}
                    {entry.support === "supported" ? "" : `: ${entry.support}`}
                  </Badge>
                ))}
              </div>
              {provider.delivery_notes.length > 0 ? (
                <ul className={styles.bullets}>
                  {provider.delivery_notes.map((note) => (
                    <li key={note}>{note}</li>
                  ))}
                </ul>
              ) : null}
              {provider.sources.length > 0 ? (
                <details>
                  <summary>Where these facts come from</summary>
                  <ul className={styles.bullets}>
                    {provider.sources.map((source) => (
                      <li key={source} className="muted" style={{ overflowWrap: "anywhere" }}>
                        <Source text={source} />
                      </li>
                    ))}
                  </ul>
                </details>
              ) : null}
            </section>
          ) : null}
        </div>
      </div>
      {asking ? (
        <Ask
          title={`Remove ${connection.name}?`}
          yes="Remove connection"
          danger
          busy={remove.isPending}
          problem={remove.error}
          onNo={() => setAsking(false)}
          onYes={() =>
            remove.mutate(
              { name: connection.name },
              {
                onSuccess: () => {
                  onClose();
                  toast({ title: "Connection removed", detail: `${connection.name}'s token left the vault.` });
                },
              },
            )
          }
        >
          Its token leaves the vault and its {counted(connection.endpoints, "endpoint")}{" "}
          {connection.endpoints === 1 ? "is" : "are"} no longer shown here.{" "}
          {canListen(provider) ? "Its live stream is no longer listened to. " : ""}
          Nothing changes at {title}: it goes on sending. Inboxes, their secrets and everything captured stay.
        </Ask>
      ) : null}
    </>
  );
}
