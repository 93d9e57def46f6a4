// A new inbox: a name, and how its sender signs. The secret goes straight into the vault.
import { useState } from "react";
import { useAnswer, useRun } from "@/app/host";
import { useSettings } from "@/app/settings";
import { Button } from "@/components/Button";
import { SidePanel } from "@/components/Dialog";
import { TextField } from "@/components/Field";
import { FailureNote } from "@/components/States";
import { useDraft } from "@/features/endpoints/drafts";
import { addressOf, nameProblem } from "@/features/endpoints/form";
import { Line, pageStyles as styles } from "@/features/endpoints/Page";
import type { Inbox } from "@/generated/api";
import { ConfigFields, SchemeField } from "./SchemeField";

interface NewDraft {
  name: string;
  scheme: string;
  config: Record<string, string>;
}

export function NewInbox({
  inboxes,
  onClose,
  onMade,
}: {
  inboxes: readonly Inbox[];
  onClose: () => void;
  onMade: (inbox: Inbox) => void;
}) {
  const schemes = useAnswer("schemes.list", {}).data ?? [];
  const settings = useSettings();
  const listening = useAnswer("status.get", {}).data?.listening ?? null;
  const create = useRun("inboxes.create");
  const draft = useDraft<NewDraft>("inbox:new", { name: "", scheme: "", config: {} });
  const [secret, setSecret] = useState("");
  const [tried, setTried] = useState(false);
  const { value, change } = draft;
  const scheme = schemes.find((one) => one.id === value.scheme);
  const taken = inboxes.some((one) => one.name === value.name);
  const name = nameProblem(value.name) ?? (taken ? "There is an inbox of this name." : undefined);
  const wrong = value.scheme !== "" && schemes.length > 0 && scheme === undefined;
  const address = addressOf(name ? "" : value.name, settings?.public_url ?? null, listening);
  const submit = () => {
    setTried(true);
    if (name || wrong) return;
    create.mutate(
      {
        name: value.name,
        scheme: value.scheme || null,
        secrets: secret === "" || value.scheme === "" ? [] : [secret],
        config: Object.fromEntries(Object.entries(value.config).filter(([key]) => scheme?.config.includes(key))),
        answer: null,
        forward_to: [],
        connection: null,
        endpoint: null,
      },
      {
        onSuccess: (made) => {
          draft.drop();
          onMade(made);
        },
      },
    );
  };
  return (
    <SidePanel
      open
      onClose={onClose}
      onSubmit={submit}
      title="New inbox"
      about="A path of the capture server. Everything that is sent to it is kept, byte for byte."
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" tone="primary" busy={create.isPending}>
            Make inbox
          </Button>
        </>
      }
    >
      {create.error ? <FailureNote problem={create.error} /> : null}
      <TextField
        label="Name"
        hint="Small letters, digits, dots, dashes and underscores."
        problem={tried || taken ? name : undefined}
        value={value.name}
        placeholder="stripe-test"
        onChange={(next) => change({ name: next })}
      />
      {address ? (
        <div className={styles.section}>
          <span className="muted">It will be reached at</span>
          <Line>{address.url}</Line>
        </div>
      ) : null}
      <SchemeField
        value={value.scheme}
        schemes={schemes}
        problem={tried && wrong ? "No scheme of this name. Choose one of the list, or leave it empty." : undefined}
        onChange={(next) => change({ scheme: next })}
      />
      <ConfigFields scheme={scheme} config={value.config} onChange={(config) => change({ config })} />
      {value.scheme === "" ? null : (
        <TextField
          label="Signing secret"
          optional
          type="password"
          autoComplete="new-password"
          hint="It goes into the vault. It can be added later; until then nothing can be verified."
          value={secret}
          onChange={setSecret}
        />
      )}
    </SidePanel>
  );
}
