// One inbox: where it is reached, how it verifies, what it answers, where it sends on; what came last beside it.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toast } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { useSettings } from "@/app/settings";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { Check, TextArea, TextField } from "@/components/Field";
import { X } from "@/components/icons";
import { FailureNote } from "@/components/States";
import { Ask } from "@/features/endpoints/Ask";
import { STATE_WORDS } from "@/features/endpoints/custody/words";
import { useDraft } from "@/features/endpoints/drafts";
import { addressOf } from "@/features/endpoints/form";
import { Line, Section, pageStyles as styles } from "@/features/endpoints/Page";
import { EnterSecret } from "@/features/endpoints/SecretTab";
import type { Inbox, InboxSecret, SchemeInfo } from "@/generated/api";
import { cx } from "@/lib/cx";
import { counted } from "@/lib/format";
import { answerWarnings, draftOfInbox, handshakesOf, type InboxDraft, inboxProblems, inboxUpdate } from "./form";
import own from "./InboxDetail.module.css";
import { LastRequest } from "./LastRequest";
import { ConfigFields, SchemeField } from "./SchemeField";

interface InboxDetailProps {
  inbox: Inbox;
  schemes: readonly SchemeInfo[];
  onClose: () => void;
}

export function InboxDetail({ inbox, schemes, onClose }: InboxDetailProps) {
  const navigate = useNavigate();
  const settings = useSettings();
  const listening = useAnswer("status.get", {}).data?.listening ?? null;
  const update = useRun("inboxes.update");
  const remove = useRun("inboxes.remove");
  const dropSecret = useRun("inboxes.remove_secret");
  const draft = useDraft<InboxDraft>(`inbox:${inbox.name}`, draftOfInbox(inbox));
  const [tried, setTried] = useState(false);
  const [asking, setAsking] = useState<"grave" | "remove" | InboxSecret | null>(null);
  const [entering, setEntering] = useState(false);
  const { value, change, dirty } = draft;
  const unsorted = inbox.name === "unsorted";
  const all = inboxProblems(value, schemes);
  const problem = (field: string) => (tried || field !== "scheme" ? all[field] : undefined);
  const warnings = answerWarnings(value);
  const grave = warnings.filter((one) => one.grave);
  const before = answerWarnings(draftOfInbox(inbox)).some((one) => one.grave);
  const scheme = schemes.find((one) => one.id === value.scheme);
  const handshakes = handshakesOf(value.scheme, schemes);
  const local = addressOf(inbox.name, null, listening);
  const open = addressOf(inbox.name, settings?.public_url ?? null, listening);

  const send = () => {
    const request = inboxUpdate(value, inbox);
    setAsking(null);
    if (request === null) {
      draft.drop();
      return;
    }
    update.mutate(request, {
      onSuccess: () => {
        draft.drop();
        setTried(false);
        toast({ id: "inbox-saved", title: "Saved", detail: `${inbox.name} works like this from now on.` });
      },
    });
  };
  const save = () => {
    setTried(true);
    if (Object.keys(all).length > 0) return;
    if (grave.length > 0 && !before) setAsking("grave");
    else send();
  };

  useActions([
    {
      id: "save-inbox",
      label: "Save inbox",
      group: "Inboxes",
      keys: ["Mod+S"],
      everywhere: true,
      enabled: dirty || "Nothing was changed.",
      run: save,
    },
    {
      id: "inbox-deliveries",
      label: "Its deliveries",
      group: "Inboxes",
      run: () => void navigate({ to: "/", search: { q: `inbox:${inbox.name}` } }),
    },
    {
      id: "remove-inbox",
      label: "Remove…",
      group: "Inboxes",
      words: "delete inbox",
      keys: ["Delete"],
      enabled: unsorted ? "It takes what no other inbox takes." : true,
      run: () => setAsking("remove"),
    },
    { id: "close-inbox", label: "Close the detail", group: "Inboxes", keys: ["Escape"], palette: false, run: onClose },
  ]);

  return (
    <>
      <div className={styles.head}>
        <h2>
          {inbox.name}
          {inbox.failed > 0 ? <Badge tone="bad">{counted(inbox.failed, "signature")} failed</Badge> : null}
          <span className={styles.end}>
            <Button tone="ghost" icon small label="Close the detail" onClick={onClose}>
              <X size={14} />
            </Button>
          </span>
        </h2>
        <div className={styles.address}>
          <span>
            {counted(inbox.deliveries, "delivery", "deliveries")}
            {inbox.connection ? ` · from ${inbox.connection}` : ""}
          </span>
        </div>
        <div className={styles.acts}>
          <ActionButton id="inbox-deliveries" />
          {inbox.connection && inbox.endpoint ? (
            <Button
              onClick={() =>
                void navigate({ to: "/endpoints", search: { id: `${inbox.connection}/${inbox.endpoint}` } })
              }
            >
              Its endpoint
            </Button>
          ) : null}
          <ActionButton id="remove-inbox" tone="danger" />
        </div>
      </div>
      <form
        className={cx(styles.scroll, own.scroller)}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <div className={own.cols}>
          <div className={own.form}>
            {update.error ? <FailureNote problem={update.error} /> : null}
            <Section title="Path">
              {open ? (
                <Line end={<CopyButton text={open.url} label="Copy the address" />}>{open.url}</Line>
              ) : (
                <p className="muted">Waybill is not listening.</p>
              )}
              {open && local && open.url !== local.url ? (
                <Line end={<CopyButton text={local.url} label="Copy the local address" />}>{local.url}</Line>
              ) : open && !open.reachable ? (
                <p className="muted">
                  Only this machine reaches it. With a tunnel's address in Settings, under Capture, it stands here.
                </p>
              ) : null}
            </Section>
            {unsorted ? (
              <p className="muted">What is sent to a path that no inbox has is kept here and answered 404.</p>
            ) : (
              <>
                <Section title="Verify">
                  <SchemeField
                    value={value.scheme}
                    schemes={schemes}
                    problem={problem("scheme")}
                    inbox={inbox.name}
                    onChange={(next) => change({ scheme: next })}
                  />
                  <ConfigFields scheme={scheme} config={value.config} onChange={(config) => change({ config })} />
                  <div className={styles.section}>
                    <span className={styles.row}>
                      <span className="muted">Secrets, the current one first</span>
                      <span className={styles.end}>
                        <Button
                          small
                          disabled={inbox.scheme === null ? "Choose and save a scheme first." : false}
                          onClick={() => setEntering(true)}
                        >
                          Add a secret…
                        </Button>
                      </span>
                    </span>
                    {inbox.secrets.length === 0 ? (
                      <p className={inbox.scheme ? own.warning : "muted"}>
                        {inbox.scheme
                          ? "None yet: nothing can be verified until the endpoint's signing secret is here."
                          : "None. A secret needs a scheme."}
                      </p>
                    ) : (
                      <ul className={styles["list-plain"]}>
                        {inbox.secrets.map((secret) => (
                          <li key={secret.id} className={own.secret}>
                            <span>{secret.name}</span>
                            <Badge tone={STATE_WORDS[secret.state].tone} title={STATE_WORDS[secret.state].about}>
                              {STATE_WORDS[secret.state].word}
                            </Badge>
                            <Button
                              small
                              tone="ghost"
                              label={`Remove ${secret.name}`}
                              title="Remove it from this inbox"
                              onClick={() => setAsking(secret)}
                            >
                              Remove
                            </Button>
                          </li>
                        ))}
                      </ul>
                    )}
                  </div>
                </Section>
                <Section title="Answer">
                  <div className={styles.two}>
                    <TextField
                      label="Status"
                      inputMode="numeric"
                      value={value.status}
                      problem={problem("status")}
                      onChange={(status) => change({ status })}
                    />
                    <TextField
                      label="Wait before, in ms"
                      inputMode="numeric"
                      value={value.delay}
                      problem={problem("delay")}
                      onChange={(delay) => change({ delay })}
                    />
                  </div>
                  <div aria-live="polite">
                    {warnings.map((warning) => (
                      <p key={warning.text} className={own.warning}>
                        <b>{warning.grave ? "Dangerous: " : "Mind: "}</b>
                        {warning.text}
                      </p>
                    ))}
                  </div>
                  <TextArea
                    label="Headers"
                    optional
                    rows={2}
                    placeholder="Content-Type: application/json"
                    value={value.headers}
                    problem={problem("headers")}
                    onChange={(headers) => change({ headers })}
                  />
                  <TextArea
                    label="Body"
                    optional
                    rows={3}
                    value={value.body}
                    onChange={(body) => change({ body })}
                    hint="The delivery is on disk before this is sent, however long the wait."
                  />
                  {handshakes === null ? null : (
                    <Check
                      label={`Answers handshakes: ${handshakes}`}
                      hint="The sender asks once whether the address is willing. It gets the answer it wants in place of this one; where deliveries are sent on, the first address is asked before Waybill answers."
                      checked={value.handshakes}
                      onChange={(next) => change({ handshakes: next })}
                    />
                  )}
                </Section>
                <Section title="Forward">
                  <TextArea
                    label="Send each new delivery on to"
                    optional
                    rows={2}
                    placeholder="http://localhost:3000/hooks"
                    hint="One address a line. The bytes go on as they came; what comes back is kept with the delivery."
                    value={value.forward}
                    problem={problem("forward")}
                    onChange={(forward) => change({ forward })}
                  />
                </Section>
              </>
            )}
          </div>
          <div className={own.side}>
            <LastRequest name={inbox.name} base={listening} />
          </div>
        </div>
        <button type="submit" hidden aria-hidden="true" tabIndex={-1} />
      </form>
      {dirty ? (
        <div className={own.save}>
          <span className="muted" role="status">
            Not saved yet. It stays typed in when you look elsewhere.
          </span>
          <Button
            onClick={() => {
              draft.drop();
              setTried(false);
            }}
          >
            Undo changes
          </Button>
          <ActionButton id="save-inbox" tone="primary" busy={update.isPending}>
            Save
          </ActionButton>
        </div>
      ) : null}
      {entering ? <EnterSecret inbox={inbox.name} what="signing secret" onClose={() => setEntering(false)} /> : null}
      {asking === "grave" ? (
        <Ask
          title="Answer like this?"
          yes="Save anyway"
          danger
          busy={update.isPending}
          onYes={send}
          onNo={() => setAsking(null)}
        >
          {grave.map((one) => (
            <p key={one.text}>{one.text}</p>
          ))}
        </Ask>
      ) : null}
      {asking === "remove" ? (
        <Ask
          title={`Remove ${inbox.name}?`}
          yes="Remove inbox"
          danger
          busy={remove.isPending}
          problem={remove.error}
          onNo={() => setAsking(null)}
          onYes={() =>
            remove.mutate(
              { name: inbox.name },
              {
                onSuccess: () => {
                  draft.drop();
                  onClose();
                  toast({
                    title: "Inbox removed",
                    detail: `What is sent to /in/${inbox.name} is now kept under unsorted.`,
                  });
                },
              },
            )
          }
        >
          Its {counted(inbox.deliveries, "delivery", "deliveries")} stay. What is sent to its path from now on is kept
          under <b>unsorted</b> and answered 404
          {inbox.connection ? `, and ${inbox.connection} may count that as a failure` : ""}. Secrets that nothing else
          uses leave the vault.
        </Ask>
      ) : null}
      {asking !== null && typeof asking === "object" ? (
        <Ask
          title={`Remove ${asking.name}?`}
          yes="Remove secret"
          danger
          busy={dropSecret.isPending}
          problem={dropSecret.error}
          onNo={() => setAsking(null)}
          onYes={() => dropSecret.mutate({ name: inbox.name, secret: asking.id }, { onSuccess: () => setAsking(null) })}
        >
          Deliveries signed with it are no longer verified here. If nothing else uses it, it leaves the vault for good
          {asking.state === "current" ? ", and the sender still signs with it" : ""}.
        </Ask>
      ) : null}
    </>
  );
}
