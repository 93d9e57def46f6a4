// The secret of an endpoint: where it is, since when, who verifies with it.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { toast } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { TextField } from "@/components/Field";
import { KeyValues } from "@/components/KeyValues";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Time } from "@/components/Time";
import type { Endpoint, ProviderInfo, SecretMeta } from "@/generated/api";
import { Reveal } from "./custody/Reveal";
import { kindWords, STATE_WORDS, VAULT_PLACE } from "./custody/words";
import { ability, shortTitle } from "./operations";
import { pageStyles as styles } from "./Page";

export function secretsOf(secrets: readonly SecretMeta[], endpoint: Pick<Endpoint, "connection" | "id">): SecretMeta[] {
  const order = { current: 0, previous: 1, retired: 2 };
  return secrets
    .filter(
      (secret) =>
        secret.kind !== "token" && secret.connection === endpoint.connection && secret.endpoint === endpoint.id,
    )
    .sort((one, other) => order[one.state] - order[other.state] || other.created_at.localeCompare(one.created_at));
}

export function SecretTab({
  endpoint,
  provider,
  onRotate,
}: {
  endpoint: Endpoint;
  provider: ProviderInfo | undefined;
  onRotate: () => void;
}) {
  const navigate = useNavigate();
  const secrets = useAnswer("secrets.list", {});
  const vault = useAnswer("status.get", {}).data?.vault.kind ?? "keychain";
  const [entering, setEntering] = useState(false);
  const title = shortTitle(provider, endpoint.provider);
  const rotate = ability(provider, "rotate");
  if (secrets.error) return <FailureNote problem={secrets.error} onRetry={() => void secrets.refetch()} />;
  if (secrets.data === undefined) return <Waiting />;
  const own = secretsOf(secrets.data, endpoint);
  const acts = (
    <div className={styles.row}>
      <Button disabled={rotate.possible ? false : rotate.why} onClick={onRotate}>
        Rotate secret…
      </Button>
      <Button
        disabled={endpoint.inbox ? false : "No inbox here has the address of this endpoint: make one first."}
        onClick={() => setEntering(true)}
      >
        Enter a secret…
      </Button>
    </div>
  );
  return (
    <div className={styles.body}>
      {own.length === 0 ? (
        <EmptyState
          title={endpoint.credential.kind === "public_key" ? "No public key is kept yet" : "Its secret is not here"}
          action={acts}
        >
          {endpoint.credential.kind === "public_key"
            ? `${title} shows its public key whenever the endpoint is read.`
            : `${title} showed it once, when the endpoint was made, and this Waybill was not there. Enter it, or rotate it.`}
        </EmptyState>
      ) : (
        <>
          {own.map((secret) => (
            <section className={styles.card} key={secret.id} aria-label={secret.name}>
              <div className={styles.pad}>
                <div className={styles.row}>
                  <b style={{ overflowWrap: "anywhere" }}>{secret.name}</b>
                  <Badge tone={STATE_WORDS[secret.state].tone} title={STATE_WORDS[secret.state].about}>
                    {STATE_WORDS[secret.state].word}
                  </Badge>
                </div>
              </div>
              <KeyValues
                entries={[
                  [
                    "Where",
                    <>
                      {VAULT_PLACE[vault]} since <Time at={secret.created_at} />
                      {secret.kind === "shared_secret" ? `, never shown again by ${title}` : ""}
                    </>,
                  ],
                  secret.accepted_until ? ["Accepted until", <Time key="until" at={secret.accepted_until} />] : null,
                  [
                    "Used by",
                    secret.used_by.length === 0
                      ? "no inbox"
                      : secret.used_by.map((name) => (
                          <button
                            key={name}
                            type="button"
                            className={styles.link}
                            style={{ marginRight: 8 }}
                            onClick={() => void navigate({ to: "/inboxes", search: { name } })}
                          >
                            {name}
                          </button>
                        )),
                  ],
                ]}
              />
              <div className={styles.pad}>
                <Reveal id={secret.id} />
              </div>
            </section>
          ))}
          {acts}
          {rotate.possible ? null : <p className="muted">{rotate.why}</p>}
        </>
      )}
      {entering && endpoint.inbox ? (
        <EnterSecret inbox={endpoint.inbox} what={kindWords("shared_secret")} onClose={() => setEntering(false)} />
      ) : null}
    </div>
  );
}

/** A secret typed in by hand, for an inbox. It is in no draft: closing the dialog forgets it. */
export function EnterSecret({
  inbox,
  what,
  onClose,
  onStored,
}: {
  inbox: string;
  what: string;
  onClose: () => void;
  /** It is in the vault. */
  onStored?: () => void;
}) {
  const add = useRun("inboxes.add_secret");
  const [secret, setSecret] = useState("");
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Add a ${what} to ${inbox}`}
      about="It goes into the vault. The ones before become previous and are still tried."
      onSubmit={() => {
        if (secret === "") return;
        add.mutate(
          { name: inbox, secret },
          {
            onSuccess: () => {
              toast({ title: "The secret is in the vault", detail: `${inbox} verifies with it from now on.` });
              onClose();
              onStored?.();
            },
          },
        );
      }}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            type="submit"
            tone="primary"
            busy={add.isPending}
            disabled={secret === "" ? "Enter it first." : false}
          >
            Store it
          </Button>
        </>
      }
    >
      {add.error ? <FailureNote problem={add.error} /> : null}
      <TextField
        label={what.charAt(0).toUpperCase() + what.slice(1)}
        type="password"
        autoComplete="new-password"
        value={secret}
        hint={
          /^\s|\s$/.test(secret)
            ? "It begins or ends with white space, which then counts as part of it."
            : "As the provider shows it, whole and without a line end."
        }
        onChange={setSecret}
      />
    </Dialog>
  );
}
