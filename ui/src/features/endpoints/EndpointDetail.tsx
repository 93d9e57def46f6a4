// One endpoint: its tabs, and what can be done with it. Everything that writes at the provider asks once.
import { type ReactNode, useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toast } from "@/app/feedback/toasts";
import { useLate, usePlatform, useRun } from "@/app/host";
import { Badge } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { X } from "@/components/icons";
import { Tabs } from "@/components/Tabs";
import type { DryRunCall, Endpoint, Failure, ProviderInfo } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { counted, duration } from "@/lib/format";
import { Ask } from "./Ask";
import { Consequence } from "./Consequence";
import type { Custody } from "./custody/CustodyPanel";
import { OverviewTab } from "./OverviewTab";
import { ability, nameOf, shortTitle, stateOf } from "./operations";
import { pageStyles as styles } from "./Page";
import { ReconcileTab } from "./reconcile/ReconcileTab";
import { useMissing } from "./reconcile/useReconcile";
import { SecretTab } from "./SecretTab";

type Question = "test" | "rotate" | "active" | "delete";
export const TABS = ["overview", "log", "secret", "raw"] as const;
export type EndpointTab = (typeof TABS)[number];

export function tabOf(text: string | undefined): EndpointTab {
  return TABS.find((tab) => tab === text) ?? "overview";
}

function hostOnly(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

interface EndpointDetailProps {
  endpoint: Endpoint;
  provider: ProviderInfo | undefined;
  tab: EndpointTab;
  onTab: (tab: EndpointTab) => void;
  onEdit: () => void;
  onClose: () => void;
  onCustody: (custody: Custody) => void;
  /** Findings about it, above its tabs. */
  notes?: ReactNode;
}

export function EndpointDetail(props: EndpointDetailProps) {
  const { endpoint, provider, tab, onTab, onEdit, onClose, onCustody, notes } = props;
  const platform = usePlatform();
  const test = useRun("endpoints.test");
  const rotate = useRun("endpoints.rotate");
  const setActive = useRun("endpoints.set_active");
  const remove = useRun("endpoints.delete");
  const [question, setQuestion] = useState<Question | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const testing = useLate(test.isPending);
  const title = shortTitle(provider, endpoint.provider);
  const state = stateOf(endpoint);
  const able = {
    update: ability(provider, "update"),
    rotate: ability(provider, "rotate"),
    active: ability(provider, "set_active"),
    remove: ability(provider, "delete"),
    test: ability(provider, "test"),
  };
  const ref = { connection: endpoint.connection, id: endpoint.id, dry_run: false };
  const ask = (next: Question) => {
    setProblem(null);
    setQuestion(next);
  };
  const done = () => setQuestion(null);
  const fail = (thrown: unknown) => setProblem(asFailure(thrown));
  const enable = endpoint.active ? "Disable" : "Enable";

  useActions([
    {
      id: "edit-endpoint",
      label: "Edit endpoint",
      group: "Endpoints",
      keys: ["E"],
      enabled: able.update.possible || able.update.why,
      run: onEdit,
    },
    { id: "test-endpoint", label: "Send test", group: "Endpoints", keys: ["T"], run: () => ask("test") },
    {
      id: "rotate-endpoint",
      label: "Rotate secret…",
      group: "Endpoints",
      enabled: able.rotate.possible || able.rotate.why,
      run: () => ask("rotate"),
    },
    {
      id: "switch-endpoint",
      label: enable,
      group: "Endpoints",
      words: "switch on off endpoint",
      enabled: able.active.possible || able.active.why,
      run: () => ask("active"),
    },
    {
      id: "delete-endpoint",
      label: "Delete…",
      group: "Endpoints",
      words: "remove endpoint",
      keys: ["Delete"],
      enabled: able.remove.possible || able.remove.why,
      run: () => ask("delete"),
    },
    ...TABS.map((one, at) => ({
      id: `endpoint-tab-${one}`,
      label: `Tab ${at + 1}`,
      group: "Endpoints",
      keys: [String(at + 1)],
      palette: false,
      run: () => onTab(one),
    })),
    {
      id: "close-endpoint",
      label: "Close the detail",
      group: "Endpoints",
      keys: ["Escape"],
      palette: false,
      run: onClose,
    },
  ]);

  const sendTest = () =>
    test.mutate(ref, {
      onError: fail,
      onSuccess: (tested) => {
        done();
        const took = tested.latency_ms === null ? "" : ` in ${duration(Math.round(tested.latency_ms * 1000))}`;
        const by = tested.by === "provider" ? title : "Waybill";
        toast({
          id: "endpoint-test",
          title: tested.ok ? "The test event was accepted" : "The test event was not accepted",
          detail:
            tested.status === null
              ? `Sent by ${by}. ${tested.error ?? "What was answered, it does not say."}`
              : `Sent by ${by}, answered ${tested.status}${took}.${tested.error ? ` ${tested.error}` : ""}`,
          tone: tested.ok ? "ok" : "bad",
        });
      },
    });
  const doRotate = () =>
    rotate.mutate(ref, {
      onSuccess: (rotated) => {
        done();
        onCustody({
          kind: "kept",
          after: "rotate",
          endpoint,
          secret: rotated.secret,
          inbox: endpoint.inbox,
          previous: rotated.previous,
        });
      },
      onError: (thrown) => {
        const failure = asFailure(thrown);
        if (failure.code !== "secret_at_risk") return setProblem(failure);
        done();
        onCustody({ kind: "at_risk", failure });
      },
    });
  const doSwitch = () =>
    setActive.mutate(
      { connection: endpoint.connection, id: endpoint.id, active: !endpoint.active, dry_run: false },
      {
        onError: fail,
        onSuccess: () => {
          done();
          toast({ title: endpoint.active ? "Disabled" : "Enabled", detail: nameOf(endpoint) });
        },
      },
    );
  const doDelete = () =>
    remove.mutate(ref, {
      onError: fail,
      onSuccess: () => {
        done();
        onClose();
        toast({ title: "Deleted at the provider", detail: nameOf(endpoint) });
      },
    });

  const dry = {
    test: undefined,
    rotate: async () => (await platform.call("endpoints.rotate", { ...ref, dry_run: true })).call,
    active: async () =>
      (
        await platform.call("endpoints.set_active", {
          connection: endpoint.connection,
          id: endpoint.id,
          active: !endpoint.active,
          dry_run: true,
        })
      ).call,
    delete: async () => (await platform.call("endpoints.delete", { ...ref, dry_run: true })).call,
  } satisfies Record<Question, (() => Promise<DryRunCall | null>) | undefined>;

  // Where a handler elsewhere is cut off, the host is typed. An inbox of our own, or one that gets nothing, is no harm.
  const typed = endpoint.active && endpoint.inbox === null ? hostOnly(endpoint.url) : undefined;
  const missing = useMissing(endpoint);
  const address = <span className="mono">{endpoint.url}</span>;
  return (
    <>
      <div>
        <div className={styles.head}>
          <h2>
            {nameOf(endpoint)} <Badge tone={state.tone}>{state.word}</Badge>
            <span className={styles.end}>
              <Button tone="ghost" icon small label="Close the detail" onClick={onClose}>
                <X size={14} />
              </Button>
            </span>
          </h2>
          <div className={styles.address}>
            <span className="mono" title={endpoint.url}>
              {endpoint.url}
            </span>
            <CopyButton text={endpoint.url} label="Copy the address" />
          </div>
          <div className={styles.acts}>
            <ActionButton id="test-endpoint" tone="primary" busy={testing} />
            <ActionButton id="edit-endpoint">Edit</ActionButton>
            <ActionButton id="rotate-endpoint" />
            <ActionButton id="switch-endpoint" />
            <ActionButton id="delete-endpoint" tone="danger" />
          </div>
          {notes ? <div className={styles.inner}>{notes}</div> : null}
        </div>
      </div>
      <Tabs
        label="About this endpoint"
        className={styles.grow ?? ""}
        value={tab}
        onChange={onTab}
        tabs={[
          { id: "overview", label: "Overview", content: <OverviewTab endpoint={endpoint} provider={provider} /> },
          {
            id: "log",
            label: "Reconcile",
            count: missing || undefined,
            content: (
              <ReconcileTab key={`${endpoint.connection} ${endpoint.id}`} endpoint={endpoint} provider={provider} />
            ),
          },
          {
            id: "secret",
            label: "Secret",
            content: <SecretTab endpoint={endpoint} provider={provider} onRotate={() => ask("rotate")} />,
          },
          { id: "raw", label: "As the API returns it", content: <RawTab endpoint={endpoint} title={title} /> },
        ]}
      />
      {question === "test" ? (
        <Ask
          title="Send a test event?"
          yes="Send test"
          busy={test.isPending}
          problem={problem}
          onYes={sendTest}
          onNo={done}
        >
          {able.test.possible ? (
            <>
              {title} sends a test event to {address}. Whatever handles deliveries there gets it. {able.test.note}
            </>
          ) : (
            <>
              {title} has no test call: Waybill sends an event of its own to {address}, signed with this endpoint's
              secret.
            </>
          )}
        </Ask>
      ) : null}
      {question === "rotate" ? (
        <Ask
          title="Rotate the secret?"
          yes="Rotate secret"
          danger
          busy={rotate.isPending}
          problem={problem}
          call={dry.rotate}
          onYes={doRotate}
          onNo={done}
        >
          <p>
            {title} makes a new secret and signs with it from then on. Every program that verifies deliveries to{" "}
            {address} needs the new one. Here it goes into the vault before anyone sees it
            {endpoint.inbox ? `, and the inbox ${endpoint.inbox} verifies with it at once` : ""}.
          </p>
          {able.rotate.note ? <p className="muted">{able.rotate.note}</p> : null}
        </Ask>
      ) : null}
      {question === "active" ? (
        <Ask
          title={endpoint.active ? "Disable this endpoint?" : "Enable this endpoint?"}
          yes={enable}
          danger={endpoint.active}
          busy={setActive.isPending}
          problem={problem}
          call={dry.active}
          onYes={doSwitch}
          onNo={done}
        >
          <p>
            {endpoint.active ? (
              <>
                {title} stops sending to {address} until it is enabled again. What happens meanwhile is not sent later.
              </>
            ) : (
              <>
                {title} sends to {address} again from now on.
                {endpoint.failures ? ` It was switched off after ${endpoint.failures} failures in a row.` : ""}
              </>
            )}
          </p>
          {endpoint.active ? <Consequence endpoint={endpoint} provider={provider} /> : null}
          {able.active.note ? <p className="muted">{able.active.note}</p> : null}
        </Ask>
      ) : null}
      {question === "delete" ? (
        <Ask
          title={`Delete ${nameOf(endpoint)}?`}
          yes={`Delete at ${title}`}
          danger
          busy={remove.isPending}
          problem={problem}
          typed={typed}
          call={dry.delete}
          onYes={doDelete}
          onNo={done}
        >
          <p>
            {title} stops sending{" "}
            {endpoint.all_events ? "every event type" : counted(endpoint.events.length, "event type")} to {address} and
            forgets its delivery log. It can't be taken back; a new one has a new secret. What was captured here stays,
            and so does its secret, retired.
          </p>
          <Consequence endpoint={endpoint} provider={provider} />
          {able.remove.note ? <p className="muted">{able.remove.note}</p> : null}
        </Ask>
      ) : null}
    </>
  );
}

function RawTab({ endpoint, title }: { endpoint: Endpoint; title: string }) {
  const text = JSON.stringify(endpoint.raw, null, 2);
  return (
    <div className={styles.body}>
      <section className={styles.section}>
        <h3>
          What {title} answered, without secrets
          <span className={styles.end}>
            <CopyButton text={text} label="Copy it" words="Copy" />
          </span>
        </h3>
        <pre tabIndex={0} className={styles.code} style={{ maxHeight: "none" }}>
          {text}
        </pre>
      </section>
    </div>
  );
}
