// After a create or a rotation: where the new secret is. If the vault refused it, it lies sealed in the data folder: it
// can be tried again, copied, or left for later, when it stands among the findings.

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { toast } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
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
  | { kind: "at_risk"; failure: Failure };

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
  const check = useRun("vault.check");
  const repair = useRun("custody.repair");
  const [problem, setProblem] = useState<Failure | null>(null);
  const { failure } = custody;
  const id = text(failure.details?.secret_id);
  const open = text(failure.details?.case);

  // The vault is asked anew; when it works, the host stores the secret and binds it to the endpoint and the inbox.
  const again = async () => {
    if (open === undefined) return;
    setProblem(null);
    try {
      await check.mutateAsync({});
      const { secret, case: left } = await repair.mutateAsync({ id: open });
      if (secret === null && left !== null) {
        setProblem({ code: "vault_failed", message: `${left.message} ${left.mend}` });
        return;
      }
      toast({ title: "The secret is in the vault now", ...(secret ? { detail: secret.name } : {}) });
      onClose();
    } catch (thrown) {
      const found = asFailure(thrown);
      if (found.code !== "not_found") return setProblem(found);
      // It came to its end by itself meanwhile.
      toast({ title: "The secret is in the vault now" });
      onClose();
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width={540}
      title={`The new ${kindWords("shared_secret")} is not in the vault yet`}
      about="It lies sealed in the data folder until the vault takes it. Nothing is lost when this is closed: it then stands among the findings of Endpoints."
      foot={
        <>
          <Button onClick={onClose}>Close, mend it later</Button>
          <Button
            tone="primary"
            busy={check.isPending || repair.isPending}
            disabled={open === undefined ? "Look at the findings of Endpoints." : false}
            onClick={again}
          >
            Try again
          </Button>
        </>
      }
    >
      <Strip tone="bad" alert>
        <b>The vault refused it.</b> {failure.message} {failure.hint}
      </Strip>
      {problem ? <FailureNote problem={problem} /> : null}
      {id ? <Reveal id={id} /> : null}
    </Dialog>
  );
}
