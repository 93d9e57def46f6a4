// Create and edit, as a side panel. Everything in it comes from the provider's description; what the provider refuses
// stands at the field it means, in its own words.

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { toastFailure } from "@/app/feedback/toasts";
import { invalidate, useAnswer, usePlatform, useRun } from "@/app/host";
import { useSettings } from "@/app/settings";
import { Button } from "@/components/Button";
import { Combobox } from "@/components/Combobox";
import { SidePanel } from "@/components/Dialog";
import { TextField } from "@/components/Field";
import { Select } from "@/components/Select";
import { EmptyState, FailureNote } from "@/components/States";
import type { Connection, DryRunCall, Endpoint, Failure, FieldInfo, ProviderInfo } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { CallText } from "./Call";
import { ConflictNote } from "./ConflictNote";
import { currentOf } from "./conflict";
import type { Custody } from "./custody/CustodyPanel";
import { useDraft } from "./drafts";
import { EventPicker } from "./EventPicker";
import {
  addressOf,
  createRequest,
  draftOf,
  type EndpointDraft,
  emptyDraft,
  freeName,
  isLocal,
  missing,
  nameProblem,
  problemsOf,
  updateRequest,
  urlDoubts,
  urlOf,
} from "./form";
import { ability, nameOf, shortTitle } from "./operations";
import { Strip, pageStyles as styles } from "./Page";

interface EndpointFormProps {
  /** Absent: a new one. */
  endpoint?: Endpoint | undefined;
  connections: readonly Connection[];
  providers: readonly ProviderInfo[];
  /** The connection that is looked at. */
  preferred?: string | undefined;
  /** An address to begin an edit with. */
  others: readonly Endpoint[];
  onClose: () => void;
  onCustody: (custody: Custody) => void;
  onDone: (endpoint: Endpoint | null) => void;
}

export function EndpointForm(props: EndpointFormProps) {
  const { endpoint, connections, providers, preferred, others, onClose, onCustody, onDone } = props;
  const platform = usePlatform();
  const client = useQueryClient();
  const settings = useSettings();
  const listening = useAnswer("status.get", {}).data?.listening ?? null;
  const inboxes = useAnswer("inboxes.list", {}).data ?? [];
  const create = useRun("endpoints.create");
  const update = useRun("endpoints.update");
  const [tried, setTried] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [call, setCall] = useState<DryRunCall | null>(null);
  // That of the other side, once it was decided to send over it.
  const [over, setOver] = useState<string | null>(null);
  const top = useRef<HTMLDivElement>(null);

  const providerOf = (name: string) => {
    const connection = connections.find((one) => one.name === name);
    return providers.find((one) => one.id === connection?.provider);
  };
  const firstConnection = connections.find((one) => one.name === preferred) ?? connections[0];
  const start: EndpointDraft = endpoint
    ? { ...draftOf(endpoint, providerOf(endpoint.connection)), before: endpoint }
    : emptyDraft(
        firstConnection?.name ?? "",
        providerOf(firstConnection?.name ?? ""),
        freeName(
          firstConnection?.name ?? "inbox",
          inboxes.map((inbox) => inbox.name),
        ),
      );
  const draft = useDraft<EndpointDraft>(
    endpoint ? `endpoint:${endpoint.connection}:${endpoint.id}` : "endpoint:new",
    start,
  );
  const { value, change } = draft;
  const before = endpoint && (value.before ?? endpoint);
  const connection = connections.find((one) => one.name === value.connection);
  const provider = providerOf(value.connection);
  const local = isLocal(connection?.base_url ?? null);
  const address = addressOf(value.inbox, settings?.public_url ?? null, listening);
  const url = urlOf(value, address);
  const said = problemsOf(failure, provider);
  const needed = tried ? missing(value, provider, url, before) : {};
  const name = tried && !endpoint && value.inbox !== "" ? nameProblem(value.inbox) : undefined;
  const problem = (field: string) => said.byField[field] ?? needed[field];
  const doubts = urlDoubts(
    url,
    provider,
    others.filter((other) => other.connection === value.connection && other.id !== endpoint?.id),
    local,
  );
  const able = ability(provider, endpoint ? "update" : "create");
  const title = shortTitle(provider, value.connection);
  const conflict = currentOf(failure);
  const busy = create.isPending || update.isPending;

  // Once it is drawn: what happened stands above a long form.
  useEffect(() => {
    if (failure !== null) top.current?.scrollIntoView?.({ block: "start" });
  }, [failure]);
  const fail = (thrown: unknown) => {
    setFailure(asFailure(thrown));
  };
  const ready = () => {
    setTried(true);
    const gaps = missing(value, provider, url, before);
    return Object.keys(gaps).length === 0 && (endpoint || value.inbox === "" || !nameProblem(value.inbox));
  };
  const send = async (dryRun: boolean, revision = over ?? before?.revision ?? null) => {
    if (!ready()) return;
    setFailure(null);
    setCall(null);
    try {
      if (before) {
        const request = updateRequest(value, before, provider, revision, dryRun);
        if (request === null) {
          setFailure({ code: "invalid_input", message: "Nothing is another than before, so nothing was sent." });
          return;
        }
        if (dryRun) setCall((await platform.call("endpoints.update", request)).call);
        else {
          const made = await update.mutateAsync(request);
          draft.drop();
          onDone(made.endpoint);
        }
        return;
      }
      const request = createRequest(value, provider, url, dryRun);
      if (dryRun) {
        setCall((await platform.call("endpoints.create", request)).call);
        return;
      }
      const made = await create.mutateAsync(request);
      draft.drop();
      onDone(made.endpoint);
      onCustody({
        kind: "kept",
        after: "create",
        endpoint: made.endpoint,
        secret: made.secret,
        inbox: made.inbox?.name ?? null,
        previous: "",
      });
    } catch (thrown) {
      const found = asFailure(thrown);
      if (found.code === "secret_at_risk") {
        draft.drop();
        onDone(null);
        onCustody({ kind: "at_risk", failure: found });
      } else fail(found);
    }
  };

  const choose = (next: string) => {
    const fresh = emptyDraft(
      next,
      providerOf(next),
      freeName(
        next,
        inboxes.map((inbox) => inbox.name),
      ),
    );
    // What is no matter of the provider's is kept.
    change({ ...fresh, url: value.url, urlTouched: value.urlTouched });
    setFailure(null);
    setCall(null);
  };

  if (!endpoint && connections.length === 0) {
    return (
      <SidePanel open onClose={onClose} title="New endpoint">
        <EmptyState title="No connection yet">
          An endpoint is made at a provider: connect one first, under Connections.
        </EmptyState>
      </SidePanel>
    );
  }
  return (
    <SidePanel
      open
      width={560}
      onClose={onClose}
      onSubmit={() => void send(false)}
      title={endpoint ? `Edit ${nameOf(endpoint)}` : "New endpoint"}
      about={provider?.introduction}
      foot={
        <>
          {draft.dirty ? (
            <Button
              tone="ghost"
              onClick={() => {
                draft.drop();
                setOver(null);
                setFailure(null);
                setCall(null);
                setTried(false);
              }}
            >
              {endpoint ? "Undo changes" : "Start over"}
            </Button>
          ) : null}
          <Button onClick={() => void send(true)}>Show the call</Button>
          <Button type="submit" tone="primary" busy={busy} disabled={able.possible ? false : able.why}>
            {endpoint ? "Save at the provider" : "Create endpoint"}
          </Button>
        </>
      }
    >
      <div ref={top} />
      {conflict && before ? (
        <ConflictNote
          draft={value}
          before={before}
          current={conflict}
          provider={provider}
          title={title}
          onTheirs={() => {
            draft.drop();
            // Read once more, so that the list has it too.
            platform
              .call("endpoints.get", { connection: conflict.connection, id: conflict.id, dry_run: false })
              .then(() => invalidate(client, ["endpoints"]))
              .catch(toastFailure);
            onDone(conflict);
          }}
          onMine={() => {
            setOver(conflict.revision);
            void send(false, conflict.revision);
          }}
        />
      ) : failure && (Object.keys(said.byField).length === 0 || said.other || failure.fields === undefined) ? (
        <FailureNote problem={failure} />
      ) : failure ? (
        <Strip tone="bad" alert>
          <b>{failure.code === "provider_rejected" ? `${title} refused it.` : "It can't be sent like this."}</b>{" "}
          {failure.message}
        </Strip>
      ) : null}
      {able.possible ? null : (
        <Strip>
          <b>{endpoint ? `${title} can't change an endpoint.` : `${title} can't make an endpoint.`}</b> {able.why}
        </Strip>
      )}
      {able.note ? <p className="muted">{able.note}</p> : null}
      {endpoint ? null : (
        <Select
          label="Connection"
          value={value.connection}
          options={connections.map((one) => ({
            value: one.name,
            label: one.name,
            hint: shortTitle(
              providers.find((entry) => entry.id === one.provider),
              one.provider,
            ),
          }))}
          problem={problem("connection")}
          onChange={choose}
        />
      )}
      {endpoint ? null : (
        <Combobox
          label="Inbox"
          optional
          hint={`A path here for what ${title} sends, with its scheme and its secret. Leave it empty to make none.`}
          problem={said.byField.inbox ?? name}
          value={value.inbox}
          options={inboxes.filter((inbox) => inbox.scheme === null).map((inbox) => inbox.name)}
          onChange={(inbox) => change({ inbox })}
        />
      )}
      <div className={styles.section}>
        <TextField
          label="Address"
          hint={
            provider && provider.url_rules.length > 0 ? (
              <>
                {title} asks: {provider.url_rules.map((rule) => rule.replace(/\.?$/, ".")).join(" ")}
              </>
            ) : undefined
          }
          problem={problem("url")}
          value={value.urlTouched ? value.url : url}
          placeholder="https://"
          inputMode="url"
          onChange={(next) => change({ url: next, urlTouched: true })}
        />
        {!endpoint && value.urlTouched && address && value.inbox && value.url.trim() !== address.url ? (
          <div>
            <Button small onClick={() => change({ url: "", urlTouched: false })}>
              Use the address of the inbox
            </Button>
          </div>
        ) : null}
        {!endpoint && !value.urlTouched && address && !address.reachable && !local && url ? (
          <Strip>
            <b>{title} may not reach this address.</b> It is the one this machine listens on. Start a tunnel and enter
            its address in Settings, under Capture, and it stands here.
          </Strip>
        ) : doubts.length > 0 ? (
          <Strip>
            {doubts.map((doubt) => (
              <div key={doubt}>{doubt}</div>
            ))}
          </Strip>
        ) : null}
      </div>
      {provider?.fields.map((field) => (
        <ProviderField
          key={field.name}
          field={field}
          value={value.fields[field.name] ?? ""}
          fixed={endpoint !== undefined && !field.editable}
          title={title}
          problem={problem(field.name)}
          onChange={(next) => change({ fields: { ...value.fields, [field.name]: next } })}
        />
      ))}
      {provider ? (
        <EventPicker
          provider={provider}
          all={value.all}
          events={value.events}
          problem={problem("events")}
          onChange={change}
        />
      ) : null}
      {call ? <CallText call={call} /> : null}
    </SidePanel>
  );
}

/** One field of the provider's own: a text or a choice. */
export function ProviderField({
  field,
  value,
  fixed,
  title,
  problem,
  onChange,
}: {
  field: FieldInfo;
  value: string;
  fixed: boolean;
  title: string;
  problem: string | undefined;
  onChange: (value: string) => void;
}) {
  const hint = fixed ? `${title} does not let it be changed later.` : field.hint || undefined;
  if (field.kind === "choice") {
    return (
      <Select
        label={field.label}
        hint={hint}
        problem={problem}
        optional={!field.required}
        disabled={fixed}
        value={value}
        options={[
          ...(field.required ? [] : [{ value: "", label: "Left to the provider" }]),
          ...field.options.map((option) => ({ value: option, label: option })),
        ]}
        onChange={onChange}
      />
    );
  }
  return (
    <TextField
      label={field.label}
      hint={hint}
      problem={problem}
      optional={!field.required}
      words
      readOnly={fixed}
      aria-required={field.required}
      value={value}
      onChange={onChange}
    />
  );
}
