// A new connection: choose the provider, fill in where and with what, see whether it works. The token goes straight into
// the vault; the field forgets it when the panel closes.
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useRun } from "@/app/host";
import { Button } from "@/components/Button";
import { SidePanel } from "@/components/Dialog";
import { Choice, TextField } from "@/components/Field";
import { FailureNote } from "@/components/States";
import { useDraft } from "@/features/endpoints/drafts";
import { freeName } from "@/features/endpoints/form";
import { shortTitle } from "@/features/endpoints/operations";
import { Strip, pageStyles as styles } from "@/features/endpoints/Page";
import type { Connection, ConnectionTest, Failure, ProviderInfo } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import {
  addRequest,
  baseWords,
  type ConnectionDraft,
  connectionProblems,
  emptyConnection,
  gaps,
  neededVars,
  scopesOf,
} from "./form";
import { ProviderGrid } from "./ProviderGrid";
import { TestResult } from "./TestResult";

interface AddConnectionProps {
  providers: readonly ProviderInfo[];
  connections: readonly Connection[];
  chosen: ProviderInfo | undefined;
  onChoose: (provider: ProviderInfo | null) => void;
  onClose: () => void;
  onMade: (name: string) => void;
}

export function AddConnection(props: AddConnectionProps) {
  const { providers, chosen, onChoose, onClose } = props;
  if (chosen) return <ConnectionForm {...props} key={chosen.id} provider={chosen} />;
  return (
    <SidePanel
      open
      width={640}
      onClose={onClose}
      title="Add a connection"
      about="A connection is access to one account at one provider: its endpoints are then managed from here."
    >
      <ProviderGrid providers={providers} onChoose={onChoose} />
    </SidePanel>
  );
}

function ConnectionForm({
  provider,
  connections,
  onChoose,
  onClose,
  onMade,
}: AddConnectionProps & { provider: ProviderInfo }) {
  const navigate = useNavigate();
  const add = useRun("connections.add");
  const test = useRun("connections.test");
  const remove = useRun("connections.remove");
  const [token, setToken] = useState("");
  const [tried, setTried] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [result, setResult] = useState<{ name: string; test: ConnectionTest | null } | null>(null);
  const taken = connections.map((one) => one.name).filter((name) => name !== result?.name);
  const draft = useDraft<ConnectionDraft>(`connection:${provider.id}`, emptyConnection(provider, taken));
  const { value, change } = draft;
  const title = shortTitle(provider, provider.id);
  const needed = tried ? gaps(value, provider, token, taken) : {};
  const said = connectionProblems(failure);
  const problem = (field: string) => said.byField[field] ?? needed[field];
  const auth = provider.auth.find((form) => form.id === value.auth) ?? provider.auth[0];
  const vars = neededVars(value, provider);
  const scopes = scopesOf(provider);
  const busy = add.isPending || test.isPending || remove.isPending;

  const submit = async () => {
    setTried(true);
    if (Object.keys(gaps(value, provider, token, taken)).length > 0) return;
    setFailure(null);
    try {
      const made = await add.mutateAsync(addRequest(value, provider, token));
      setResult({ name: made.name, test: null });
      try {
        setResult({ name: made.name, test: await test.mutateAsync({ name: made.name }) });
      } catch (thrown) {
        setResult({
          name: made.name,
          test: { ok: false, endpoints: 0, took_ms: 0, failure: asFailure(thrown) },
        });
      }
    } catch (thrown) {
      setFailure(asFailure(thrown));
    }
  };
  const finish = (then: (name: string) => void) => {
    draft.drop();
    setToken("");
    if (result) then(result.name);
  };
  // There is no changing a connection: it is taken back, and what was typed still stands in the form.
  const correct = async () => {
    if (result === null) return;
    try {
      await remove.mutateAsync({ name: result.name });
      setResult(null);
      setFailure(null);
      setTried(false);
    } catch (thrown) {
      setFailure(asFailure(thrown));
    }
  };

  if (result) {
    const good = result.test?.ok ?? false;
    return (
      <SidePanel
        open
        onClose={() => finish(onMade)}
        title={
          result.test === null ? `Reading at ${title}…` : good ? `Connected to ${title}` : `${title} could not be read`
        }
        about={`The token is in the vault, under ${result.name}.`}
        foot={
          result.test === null ? null : good ? (
            <>
              <Button onClick={() => finish(onMade)}>Done</Button>
              <Button
                tone="primary"
                onClick={() => finish((name) => void navigate({ to: "/endpoints", search: { connection: name } }))}
              >
                Open its endpoints
              </Button>
            </>
          ) : (
            <>
              <Button onClick={() => finish(onMade)}>Keep it anyway</Button>
              <Button
                busy={test.isPending}
                onClick={() =>
                  test.mutate(
                    { name: result.name },
                    { onSuccess: (again) => setResult({ name: result.name, test: again }) },
                  )
                }
              >
                Test again
              </Button>
              <Button tone="primary" busy={remove.isPending} onClick={() => void correct()}>
                Correct it
              </Button>
            </>
          )
        }
      >
        {result.test === null ? (
          <p className="muted" role="status">
            The endpoints are read, to see whether address and token are right.
          </p>
        ) : (
          <TestResult test={result.test} title={title} />
        )}
        {failure ? <FailureNote problem={failure} /> : null}
      </SidePanel>
    );
  }
  return (
    <SidePanel
      open
      onClose={onClose}
      onSubmit={() => void submit()}
      title={`Connect ${provider.title}`}
      about={provider.introduction}
      foot={
        <>
          <Button tone="ghost" onClick={() => onChoose(null)}>
            Another provider
          </Button>
          <Button type="submit" tone="primary" busy={busy}>
            Connect and test
          </Button>
        </>
      }
    >
      {failure && said.above ? <FailureNote problem={failure} /> : null}
      {failure && !said.above ? (
        <Strip tone="bad" alert>
          <b>It can't be used like this.</b> Correct the marked fields. Nothing was stored.
        </Strip>
      ) : null}
      {provider.bases.length > 1 || value.base === "own" ? (
        <div className={styles.section}>
          <Choice
            legend="Base address"
            value={String(value.base)}
            options={[
              ...provider.bases.map((base, at) => ({
                value: String(at),
                label: base.label,
                hint: <span className="mono">{base.url}</span>,
              })),
              { value: "own", label: "Another address" },
            ]}
            onChange={(next) => change({ base: next === "own" ? "own" : Number(next) })}
          />
          {value.base === "own" ? (
            <TextField
              label="Base address"
              hint="Whole, with its path and no variable in it. http:// only for this machine."
              problem={problem("base_url")}
              value={value.ownBase}
              placeholder="https://"
              inputMode="url"
              onChange={(ownBase) => change({ ownBase })}
            />
          ) : null}
        </div>
      ) : (
        <div className={styles.row}>
          <span className="muted">Base address</span>
          <span className="mono" style={{ overflowWrap: "anywhere" }}>
            {baseWords(value, provider)}
          </span>
          <Button small onClick={() => change({ base: "own" })}>
            Another address
          </Button>
        </div>
      )}
      {value.base !== "own" ? problem("base_url") ? <p className={styles.bad}>{problem("base_url")}</p> : null : null}
      {scopes.length > 1 ? (
        <Choice
          legend="Webhooks of"
          value={value.scope}
          options={scopes.map((scope) => ({
            value: scope,
            label: `Webhooks of ${scope}`,
            hint: provider.variables
              .filter((variable) => variable.scope === scope)
              .map((variable) => variable.label)
              .join(", "),
          }))}
          onChange={(scope) => change({ scope })}
        />
      ) : null}
      {provider.variables
        .filter((variable) => vars.includes(variable.name))
        .map((variable) => (
          <TextField
            key={variable.name}
            label={variable.label}
            hint={variable.hint}
            problem={problem(variable.name)}
            value={value.vars[variable.name] ?? ""}
            onChange={(next) => change({ vars: { ...value.vars, [variable.name]: next } })}
          />
        ))}
      {provider.auth.length > 1 ? (
        <Choice
          legend="Kind of token"
          value={value.auth}
          options={provider.auth.map((form) => ({ value: form.id, label: form.label, hint: form.hint }))}
          onChange={(next) => change({ auth: next })}
        />
      ) : null}
      <TextField
        label={auth?.label ?? "Token"}
        type="password"
        autoComplete="new-password"
        hint={
          <>{provider.auth.length > 1 ? "" : (auth?.hint ?? "")} It goes into the vault and is never shown again.</>
        }
        problem={problem("token")}
        value={token}
        onChange={setToken}
      />
      <TextField
        label="Name of the connection"
        hint="What it is called here and on the command line."
        problem={problem("name")}
        value={value.name}
        onChange={(name) => change({ name, nameTouched: true })}
        onBlur={() => {
          if (value.name === "") change({ name: freeName(provider.id, taken) });
        }}
      />
      <section className={styles.section}>
        <h3>What will be read</h3>
        <p className="muted">
          The endpoints of this account and, when you open one, its delivery log. Nothing is written until you say so,
          and nothing leaves this machine but the calls to{" "}
          <span className="mono">{baseWords(value, provider) || title}</span>.
        </p>
      </section>
    </SidePanel>
  );
}
