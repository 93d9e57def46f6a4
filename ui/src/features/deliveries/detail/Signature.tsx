// The Signature tab: the verdict, why it failed and what mends it first; then how the verdict was reached.
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { registry } from "@/app/actions/registry";
import { toastFailure } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { REASON_MENDS, REASON_SENTENCES, VERDICTS } from "@/app/words";
import { Button } from "@/components/Button";
import buttonStyles from "@/components/Button.module.css";
import { FailureNote, Waiting } from "@/components/States";
import { EnterSecret } from "@/features/endpoints/SecretTab";
import { SignedText } from "@/features/schemes/SignedText";
import type { Delivery, MendAction, SignatureReport } from "@/generated/api";
import { plain } from "@/lib/plain";
import { Causes } from "./Causes";
import detailStyles from "./Detail.module.css";
import { mendedWords, ranked } from "./differences";
import { Facts } from "./Facts";
import { Looks } from "./Looks";
import styles from "./Signature.module.css";
import { Tried } from "./Tried";
import { useSearch } from "./useSearch";

const TITLES: Record<SignatureReport["verdict"], string> = {
  valid: "The signature is valid",
  invalid: "The signature does not match",
  unsigned: "The delivery is not signed",
  unchecked: "The signature was not checked",
};

export function Signature({ delivery }: { delivery: Delivery }) {
  // Nothing can be found out about a signature that was never made.
  return delivery.origin === "streamed" ? <Streamed /> : <Asked delivery={delivery} />;
}

function Streamed() {
  return (
    <div className={detailStyles.body}>
      <section className={styles.verdict} aria-label="Verdict">
        <h3>
          <span aria-hidden="true">{VERDICTS.unchecked.sign}</span>
          There is no signature to check, and nothing is wrong
        </h3>
        <p className="muted">
          A live stream's events are not signed by the provider. Waybill opened the connection to it and signed in, so
          the connection itself vouches for what came through it.
        </p>
      </section>
    </div>
  );
}

function Asked({ delivery }: { delivery: Delivery }) {
  const answer = useAnswer("deliveries.signature", { id: delivery.id });
  if (answer.error) {
    return (
      <div className={detailStyles.body}>
        <FailureNote problem={answer.error} onRetry={() => answer.refetch()} />
      </div>
    );
  }
  if (answer.data === undefined) return <Waiting />;
  return (
    <Report
      key={delivery.id}
      delivery={delivery}
      report={answer.data}
      asking={answer.isFetching}
      onAsk={() => void answer.refetch()}
    />
  );
}

interface ReportProps {
  delivery: Delivery;
  report: SignatureReport;
  asking: boolean;
  onAsk: () => void;
}

function Report({ delivery, report, asking, onAsk }: ReportProps) {
  const live = useSearch(delivery.id, report);
  const mend = useRun("diagnosis.mend");
  const again = useRun("deliveries.check_again");
  const inbox = useAnswer("inboxes.list", {}).data?.find((one) => one.name === delivery.inbox);
  const [entering, setEntering] = useState(false);
  const [done, setDone] = useState<{ what: string; result: string; good: boolean } | null>(null);
  const said = useRef<HTMLDivElement>(null);
  // The button that was pressed may be gone: who works by keys goes on from what it did.
  useEffect(() => {
    if (done) said.current?.focus();
  }, [done]);

  const failed = report.verdict !== "valid";
  const causes = failed && report.scheme !== null ? ranked(live.diagnosis) : [];
  const unset = report.scheme === null;
  const { sign, tone } = VERDICTS[report.verdict];
  const others = Math.max(0, (inbox?.failed ?? 0) - 1);
  const busy = mend.isPending ? (mend.variables?.action ?? null) : null;
  const missing = report.reason === "no_secret" && !unset;

  const carryOut = (action: MendAction) => {
    if (action.kind === "add_secret") setEntering(true);
    else if (action.kind === "sign_again") registry.get("replay-to")?.run();
    else {
      setDone(null);
      mend.mutate(
        { id: delivery.id, action },
        {
          onSuccess: (found) => setDone({ what: found.what, result: mendedWords(found), good: found.valid > 0 }),
          onError: toastFailure,
        },
      );
    }
  };
  const checkAgain = () => {
    setDone(null);
    again.mutate(
      { query: `inbox:${delivery.inbox} verdict:invalid,unsigned,unchecked` },
      {
        onSuccess: (found) => setDone({ what: "", result: mendedWords(found), good: found.valid > 0 }),
        onError: toastFailure,
      },
    );
  };

  return (
    <div className={detailStyles.body}>
      {done ? (
        <div className={styles.done} data-good={done.good} role="status" tabIndex={-1} ref={said}>
          <span aria-hidden="true">{done.good ? "✓" : "–"}</span>
          <div>
            {done.what ? <b>{plain(done.what)} </b> : null}
            {done.result}
          </div>
        </div>
      ) : null}
      <section className={styles.verdict} data-tone={tone === "none" ? undefined : tone} aria-label="Verdict">
        <h3>
          <span aria-hidden="true">{sign}</span>
          {TITLES[report.verdict]}
          {causes.length > 0 && report.verdict === "invalid" ? ", and here is why" : ""}
        </h3>
        {causes.length === 0 || report.reason !== "signature_mismatch" ? (
          <p>
            {unset && failed
              ? "This inbox has no scheme, so nothing is checked."
              : report.reason === "ok" && report.timestamp === null
                ? "The signature matches. The scheme has no timestamp, so its age is not checked."
                : REASON_SENTENCES[report.reason]}
          </p>
        ) : null}
        {report.stored ? (
          <p className="muted">
            When it was received the answer was: {VERDICTS[report.stored[0]].word.toLowerCase()}.{" "}
            {REASON_SENTENCES[report.stored[1]]}
          </p>
        ) : null}
        {causes.length > 0 ? (
          <Causes delivery={delivery.id} causes={causes} others={others} busy={busy} onMend={carryOut} />
        ) : null}
        {failed && causes.length === 0 ? (
          <div className={styles.fix}>
            <div>
              <b>
                {unset
                  ? "Choose how its sender signs, add the signing secret, then check again."
                  : (REASON_MENDS[report.reason] ?? "Look at how the inbox is set up, then check again.")}
              </b>
            </div>
            {missing ? (
              <Button tone="primary" onClick={() => setEntering(true)}>
                Add the secret…
              </Button>
            ) : null}
          </div>
        ) : null}
        {failed ? (
          <div className={styles.acts}>
            <Link to="/inboxes" search={{ name: delivery.inbox }} className={buttonStyles.button}>
              Set up the inbox
            </Link>
            <Button
              busy={again.isPending}
              title="Checks every delivery of this inbox that is not valid with what is known now"
              onClick={checkAgain}
            >
              Check again
            </Button>
          </div>
        ) : null}
      </section>
      {report.vault_problem ? (
        <div className={styles.vault} role="note">
          <div>
            <b>The vault could not be asked.</b> {plain(report.vault_problem)} Until it can be, no secret is tried; what
            was stored stays as it was.
          </div>
          <Button busy={asking} onClick={onAsk}>
            Ask again
          </Button>
        </div>
      ) : null}
      {failed && !unset ? <Tried live={live} found={causes.some((one) => one.confidence === "certain")} /> : null}
      {failed ? (
        <Looks
          delivery={delivery.id}
          current={report.scheme?.id ?? null}
          named={causes.flatMap((one) => (one.action?.kind === "use_scheme" ? [one.action.scheme] : []))}
          busy={busy}
          onMend={carryOut}
        />
      ) : null}
      <SignedText parts={report.signed} size={report.signed_size} />
      {report.scheme ? <Facts report={report} scheme={report.scheme} /> : null}
      {entering ? (
        <EnterSecret
          inbox={delivery.inbox}
          what="signing secret"
          onClose={() => setEntering(false)}
          onStored={checkAgain}
        />
      ) : null}
    </div>
  );
}
