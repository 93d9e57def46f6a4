// Calls that made, or may have made, a secret and have no known end: what is known, what mends it, and a button for it.
import { useIsMutating } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { toast } from "@/app/feedback/toasts";
import { useAnswer, usePlatform, useRun } from "@/app/host";
import { Button } from "@/components/Button";
import type { CustodyCase, Endpoint, Failure, ProviderInfo } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { Ask } from "../Ask";
import { keepDraft } from "../drafts";
import { draftOf, type EndpointDraft, fieldValue } from "../form";
import { nameOf, shortTitle } from "../operations";
import { Ago, Strip } from "../Page";
import type { Custody } from "./CustodyPanel";
import { CASES, type CaseAct, casesShown, dismissWords } from "./cases";

/** The open cases of a connection, or of one endpoint. */
export function useCases(connection: string | null, endpoint?: string): CustodyCase[] {
  const cases = useAnswer("custody.list", {}).data ?? [];
  const creating = useIsMutating({ mutationKey: ["endpoints.create"] });
  const rotating = useIsMutating({ mutationKey: ["endpoints.rotate"] });
  return casesShown(cases, creating + rotating > 0).filter(
    (one) =>
      (connection === null || one.connection === connection) && (endpoint === undefined || one.endpoint === endpoint),
  );
}

interface CustodyFindingsProps {
  cases: readonly CustodyCase[];
  endpoints: readonly Endpoint[];
  providers: readonly ProviderInfo[];
  /** Shows the endpoint; absent where it is shown already. */
  onOpen?: ((endpoint: Endpoint) => void) | undefined;
  onCustody: (custody: Custody) => void;
}

export function CustodyFindings(props: CustodyFindingsProps) {
  return props.cases.map((one) => <Finding key={one.id} {...props} one={one} />);
}

function Finding({ one, endpoints, providers, onOpen, onCustody }: CustodyFindingsProps & { one: CustodyCase }) {
  const platform = usePlatform();
  const navigate = useNavigate();
  const repair = useRun("custody.repair");
  const dismiss = useRun("custody.dismiss");
  const rotate = useRun("endpoints.rotate");
  const remove = useRun("endpoints.delete");
  const create = useRun("endpoints.create");
  const [asking, setAsking] = useState<Exclude<CaseAct, "repair"> | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  const [looked, setLooked] = useState(false);
  const words = CASES[one.state];
  const endpoint = endpoints.find((other) => other.connection === one.connection && other.id === one.endpoint);
  const provider = providers.find((other) => other.id === endpoint?.provider);
  const title = shortTitle(provider, one.connection);
  const what = endpoint ? nameOf(endpoint) : (one.url ?? one.endpoint ?? one.connection);
  const busy = repair.isPending || dismiss.isPending || rotate.isPending || remove.isPending || create.isPending;
  const ask = (next: Exclude<CaseAct, "repair">) => {
    setProblem(null);
    setAsking(next);
  };
  const fail = (thrown: unknown) => setProblem(asFailure(thrown));
  const atRisk = (thrown: unknown) => {
    const failure = asFailure(thrown);
    if (failure.code !== "secret_at_risk") return setProblem(failure);
    setAsking(null);
    onCustody({ kind: "at_risk", failure });
  };

  // Awaited, not told by callbacks: the host says that the case is gone before it answers, and this strip goes with it.
  const doRepair = async () => {
    setProblem(null);
    try {
      const { secret, case: open } = await repair.mutateAsync({ id: one.id });
      setLooked(open !== null);
      if (secret) {
        onCustody({
          kind: "kept",
          after: one.operation === "rotate" ? "rotate" : "create",
          endpoint: endpoint ?? null,
          secret,
          inbox: endpoint?.inbox ?? null,
          previous: "",
        });
      } else if (open === null) {
        toast({ title: "It is at its end", detail: "Nothing of it is open any more." });
      }
    } catch (thrown) {
      fail(thrown);
    }
  };
  const doRotate = async () => {
    if (one.endpoint === null) return;
    try {
      const rotated = await rotate.mutateAsync({ connection: one.connection, id: one.endpoint, dry_run: false });
      setAsking(null);
      onCustody({
        kind: "kept",
        after: "rotate",
        endpoint: endpoint ?? null,
        secret: rotated.secret,
        inbox: endpoint?.inbox ?? null,
        // Nobody ever had the one before.
        previous: one.state === "found_rotate" ? "" : rotated.previous,
      });
    } catch (thrown) {
      atRisk(thrown);
    }
  };
  const doDismiss = async () => {
    try {
      await dismiss.mutateAsync({ id: one.id });
      setAsking(null);
      toast({ title: "Dismissed" });
    } catch (thrown) {
      fail(thrown);
    }
  };
  const makeAgain = async () => {
    if (endpoint === undefined) return;
    const fields = Object.fromEntries(
      (provider?.fields ?? [])
        .map((field) => [field.name, fieldValue(endpoint, field)] as const)
        .filter(([, value]) => value !== ""),
    );
    try {
      await remove.mutateAsync({ connection: endpoint.connection, id: endpoint.id, dry_run: false });
    } catch (thrown) {
      return fail(thrown);
    }
    try {
      const made = await create.mutateAsync({
        connection: endpoint.connection,
        url: endpoint.url,
        events: endpoint.all_events ? [] : endpoint.events,
        all_events: endpoint.all_events,
        label: null,
        fields,
        inbox: endpoint.inbox,
        dry_run: false,
      });
      onCustody({
        kind: "kept",
        after: "create",
        endpoint: made.endpoint,
        secret: made.secret,
        inbox: made.inbox?.name ?? null,
        previous: "",
      });
    } catch (thrown) {
      const failure = asFailure(thrown);
      if (failure.code === "secret_at_risk") return onCustody({ kind: "at_risk", failure });
      // The case ended with the old endpoint, and this strip with it: the form stands ready with what it was.
      keepDraft<EndpointDraft>("endpoint:new", { ...draftOf(endpoint, provider), inbox: endpoint.inbox ?? "" });
      toast({
        id: `again:${one.id}`,
        title: "Deleted, and not made again",
        detail: `${failure.message} The form holds what it was.`,
        tone: "bad",
        lasts: undefined as never,
        action: {
          label: "Open the form",
          run: () => void navigate({ to: "/endpoints", search: { new: true, connection: endpoint.connection } }),
        },
      });
    }
  };

  const label: Record<CaseAct, string> = {
    repair: words.repair,
    rotate: "Rotate now",
    make_again: "Delete and make again…",
    dismiss: "Dismiss…",
  };
  const why = (act: CaseAct): string | false => {
    if (act === "make_again" && endpoint === undefined) return "Read the endpoints first: it is not in the list here.";
    if (act === "rotate" && one.endpoint === null) return "Which endpoint it is, is not known.";
    return false;
  };
  return (
    <>
      <Strip
        tone={words.tone}
        action={
          <>
            {endpoint && onOpen ? (
              <Button small onClick={() => onOpen(endpoint)}>
                Open it
              </Button>
            ) : null}
            {words.acts.map((act, at) => (
              <Button
                key={act}
                small
                tone={act === "rotate" || act === "make_again" ? "danger" : at === 0 ? "primary" : "plain"}
                busy={busy}
                disabled={why(act)}
                label={`${label[act].replace("…", "")}: ${what}`}
                title={label[act]}
                onClick={() => {
                  if (act === "repair") void doRepair();
                  else ask(act);
                }}
              >
                {label[act]}
              </Button>
            ))}
          </>
        }
      >
        <b>{words.title}</b> {one.message} {one.mend}{" "}
        <span className="muted">
          {one.connection}
          {one.url ? (
            <>
              , <span className="mono">{one.url}</span>
            </>
          ) : null}
          , <Ago at={one.created_at} />
        </span>
        {problem && asking === null ? (
          <div role="alert">
            {problem.message} {problem.hint}
          </div>
        ) : looked ? (
          <div role="status">It was looked at just now, and stands as before.</div>
        ) : null}
      </Strip>
      {asking === "rotate" ? (
        <Ask
          title={`Rotate the secret of ${what}?`}
          yes="Rotate now"
          danger
          busy={busy}
          problem={problem}
          call={async () =>
            (
              await platform.call("endpoints.rotate", {
                connection: one.connection,
                id: one.endpoint ?? "",
                dry_run: true,
              })
            ).call
          }
          onNo={() => setAsking(null)}
          onYes={() => void doRotate()}
        >
          <p>
            {title} makes a new secret for <span className="mono">{endpoint?.url ?? one.url ?? one.endpoint}</span> and
            signs with it from then on. Here it goes into the vault before anyone sees it.{" "}
            {one.state === "found_rotate"
              ? "Nobody has the one that was lost, so no program stops working."
              : "Every program that verifies these deliveries needs the new one."}
          </p>
        </Ask>
      ) : null}
      {asking === "make_again" && endpoint ? (
        <Ask
          title={`Delete ${what} and make it again?`}
          yes="Delete and make again"
          danger
          busy={busy}
          problem={problem}
          call={async () =>
            (await platform.call("endpoints.delete", { connection: one.connection, id: endpoint.id, dry_run: true }))
              .call
          }
          onNo={() => setAsking(null)}
          onYes={() => void makeAgain()}
        >
          <p>
            Two calls: {title} deletes {endpoint.id}, then makes an endpoint with the same address, event types and
            fields. The new one has a new id and a new secret, which goes into the vault before anyone sees it. What{" "}
            {title} would send between the two calls is not sent.
          </p>
        </Ask>
      ) : null}
      {asking === "dismiss" ? (
        <Ask
          title="Dismiss this finding?"
          yes="Dismiss"
          danger
          busy={busy}
          problem={problem}
          onNo={() => setAsking(null)}
          onYes={() => void doDismiss()}
        >
          <p>
            {one.message} {dismissWords(one)}
          </p>
        </Ask>
      ) : null}
    </>
  );
}
