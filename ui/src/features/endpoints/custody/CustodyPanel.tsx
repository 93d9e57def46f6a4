// After a create or a rotation: where the new secret is. If the vault refused it, this panel can't be closed by
// accident: the secret exists only here, and the provider will not show it again.

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { toast } from "@/app/feedback/toasts";
import { invalidate, useAnswer, usePlatform, useRun } from "@/app/host";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { KeyValues } from "@/components/KeyValues";
import { FailureNote } from "@/components/States";
import type { Endpoint, Failure, SecretMeta } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { Strip, pageStyles as styles } from "../Page";
import { Reveal } from "./Reveal";
import { kindWords, VAULT_PLACE, VAULT_TITLE } from "./words";

/** What the panel tells of. */
export type Custody =
  | {
      kind: "kept";
      after: "create" | "rotate";
      endpoint: Endpoint | null;
      secret: SecretMeta | null;
      inbox: string | null;
      /** What became of the secret before. */
      previous: string;
    }
  | {
      kind: "at_risk";
      failure: Failure;
      /** Made with the secret once it is stored. */
      inbox: string | null;
      scheme: string | null;
    };

export function CustodyPanel({ custody, onClose }: { custody: Custody | null; onClose: () => void }) {
  if (custody === null) return null;
  return custody.kind === "kept" ? (
    <Kept custody={custody} onClose={onClose} />
  ) : (
    <AtRisk custody={custody} onClose={onClose} />
  );
}

function Kept({ custody, onClose }: { custody: Extract<Custody, { kind: "kept" }>; onClose: () => void }) {
  const navigate = useNavigate();
  const kind = useAnswer("status.get", {}).data?.vault.kind ?? "keychain";
  const { secret, endpoint, inbox, previous, after } = custody;
  const publicKey = secret?.kind === "public_key";
  const title =
    secret === null
      ? after === "create"
        ? "The endpoint was made"
        : "The secret was rotated"
      : publicKey
        ? "The public key is kept"
        : VAULT_TITLE[kind];
  return (
    <Dialog
      open
      onClose={onClose}
      width={520}
      title={title}
      about={
        secret === null
          ? "The provider gave no secret with its answer: enter it at the inbox by hand."
          : publicKey
            ? "It verifies deliveries; only the provider can sign with the other half."
            : kind === "memory"
              ? "It is forgotten when Waybill ends: copy it to where it is needed."
              : "It was stored before anyone saw it. The provider will not show it again."
      }
      foot={
        <>
          {inbox ? (
            <Button
              onClick={() => {
                onClose();
                void navigate({ to: "/inboxes", search: { name: inbox } });
              }}
            >
              Open inbox
            </Button>
          ) : null}
          <Button tone="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <div className={styles.card}>
        <KeyValues
          entries={[
            endpoint ? ["Endpoint", endpoint.label ? `${endpoint.label} · ${endpoint.url}` : endpoint.url] : null,
            secret ? ["Kept as", secret.name] : null,
            secret ? ["Where", VAULT_PLACE[kind]] : null,
            inbox ? ["Verifies", `deliveries to the inbox ${inbox}`] : null,
            previous ? ["The one before", previous] : null,
          ]}
        />
      </div>
      {secret ? <Reveal id={secret.id} /> : null}
    </Dialog>
  );
}

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

function AtRisk({ custody, onClose }: { custody: Extract<Custody, { kind: "at_risk" }>; onClose: () => void }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const check = useRun("vault.check");
  const [taken, setTaken] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Failure | null>(null);
  const { failure, inbox, scheme } = custody;
  const id = text(failure.details?.secret_id);
  const endpoint = text(failure.details?.endpoint);
  const connection = text(failure.details?.connection);

  // The vault is asked anew; when it works, the value goes straight from the host's memory into it.
  const again = async () => {
    if (id === undefined) return;
    setBusy(true);
    setProblem(null);
    try {
      await check.mutateAsync({});
      const known = await platform.call("secrets.list", {});
      if (!known.some((secret) => secret.id === id)) {
        const { value } = await platform.call("secrets.reveal", { id });
        if (inbox && scheme) {
          await platform.call("inboxes.create", {
            name: inbox,
            scheme,
            secrets: [value],
            config: {},
            answer: null,
            forward_to: [],
            connection: null,
            endpoint: null,
          });
        } else {
          const name = [connection, endpoint, "signing secret"].filter(Boolean).join(" ");
          await platform.call("secrets.set", { name, kind: "shared_secret", value });
        }
      }
      invalidate(client, ["secrets", "inboxes", "endpoints", "connections"]);
      toast({ title: "The secret is in the vault now" });
      onClose();
    } catch (thrown) {
      setProblem(asFailure(thrown));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      closable={false}
      onClose={onClose}
      width={540}
      title={`The new ${kindWords("shared_secret")} is not in the vault`}
      about="The provider will not show it again. Waybill holds it in memory until it ends."
      foot={
        <>
          <Button
            disabled={taken || id === undefined ? false : "Copy or show it first: it would be lost."}
            onClick={onClose}
          >
            I have it, close
          </Button>
          <Button tone="primary" busy={busy} disabled={id === undefined} onClick={again}>
            Try again
          </Button>
        </>
      }
    >
      <Strip tone="bad" alert>
        <b>The vault refused it.</b> {failure.message} {failure.hint}
      </Strip>
      {problem ? <FailureNote problem={problem} /> : null}
      {id ? <Reveal id={id} onTaken={() => setTaken(true)} /> : null}
    </Dialog>
  );
}
