// The Signature tab: the verdict and what mends it first, then how it was reached.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { REASON_MENDS, REASON_SENTENCES, VERDICTS } from "@/app/words";
import { Button } from "@/components/Button";
import buttonStyles from "@/components/Button.module.css";
import { KeyValues } from "@/components/KeyValues";
import { FailureNote, Waiting } from "@/components/States";
import type { Delivery, SignatureReport, SignedPart } from "@/generated/api";
import { bytes, counted, span } from "@/lib/format";
import { plain } from "@/lib/plain";
import styles from "./Detail.module.css";

const TITLES: Record<SignatureReport["verdict"], string> = {
  valid: "The signature is valid",
  invalid: "The signature does not match",
  unsigned: "The delivery is not signed",
  unchecked: "The signature was not checked",
};

/** The place where two signatures begin to differ, marked. */
export function marked(text: string, other: string | undefined): ReactNode {
  if (other === undefined || text === other) return text;
  let at = 0;
  while (at < text.length && text[at] === other[at]) at += 1;
  return (
    <>
      {text.slice(0, at)}
      <mark className={styles.mark}>{text.slice(at, at + 4)}</mark>
      {text.slice(at + 4)}
    </>
  );
}

const PARTS: Record<string, string> = {
  timestamp: "timestamp",
  id: "id",
  body: "body",
  header: "header",
  method: "method",
  url: "address",
};

function Signed({ parts, size }: { parts: readonly SignedPart[]; size: number }) {
  if (parts.length === 0) return null;
  const kinds = [...new Set(parts.map((part) => part.kind))].filter((kind) => kind in PARTS);
  return (
    <div className="card">
      <div className={styles.cardHead}>
        <b>Signed text</b>
        <span className="muted">{bytes(size)}</span>
      </div>
      <div className={styles.legend}>
        {kinds.map((kind) => (
          <span key={kind} className={styles.signed} style={{ padding: 0, background: "none" }}>
            <span data-part={kind}>■</span> {PARTS[kind]}
          </span>
        ))}
      </div>
      <pre className={styles.signed} style={{ background: "none" }}>
        {parts.map((part, n) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts stand in order
          <span key={n} data-part={part.kind} title={`${PARTS[part.kind] ?? "fixed text"}, ${bytes(part.size)}`}>
            {plain(part.text)}
          </span>
        ))}
      </pre>
    </div>
  );
}

function times(report: SignatureReport): string | null {
  if (report.timestamp === null) return null;
  const age =
    report.age_s === null
      ? ""
      : report.age_s >= 0
        ? ` · ${span(report.age_s)} before receipt`
        : ` · ${span(-report.age_s)} after receipt`;
  const tolerance = report.tolerance_s === null ? ", no limit" : `, tolerance ${report.tolerance_s}\u00a0s`;
  return `${report.timestamp}${age}${tolerance}`;
}

export function Signature({ delivery }: { delivery: Delivery }) {
  const answer = useAnswer("deliveries.signature", { id: delivery.id });
  const again = useRun("deliveries.check_again");
  const report = answer.data;
  if (answer.error) {
    return (
      <div className={styles.body}>
        <FailureNote problem={answer.error} onRetry={() => answer.refetch()} />
      </div>
    );
  }
  if (report === undefined) return <Waiting />;
  const { tone } = VERDICTS[report.verdict];
  const [first, ...further] = report.diagnosis;
  const unset = report.scheme === null && report.verdict === "unchecked";
  const mend = unset
    ? "Choose how its sender signs, add the signing secret, then check again."
    : first?.mend || REASON_MENDS[report.reason];
  const failed = report.verdict !== "valid";
  const checkAgain = () =>
    again.mutate(
      { query: `inbox:${delivery.inbox} verdict:invalid,unsigned,unchecked` },
      {
        onSuccess: (found) =>
          toast({
            id: "checked",
            title: `${counted(found.checked, "delivery", "deliveries")} checked again`,
            detail: `${found.valid} valid now, ${found.changed} changed.`,
          }),
        onError: (problem) => toastFailure(problem),
      },
    );
  const scheme = report.scheme;
  return (
    <div className={styles.body}>
      <div className={styles.verdict} data-tone={tone === "none" ? undefined : tone}>
        <h3>
          <span aria-hidden="true">{VERDICTS[report.verdict].sign}</span>
          {TITLES[report.verdict]}
          {report.verdict === "invalid" && first ? ", and here is why" : ""}
        </h3>
        <div>
          {first && failed ? (
            <>
              {first.confidence === "certain" ? "" : first.confidence === "likely" ? "Probably: " : "Possibly: "}
              {first.explanation}
            </>
          ) : unset ? (
            "This inbox has no scheme, so nothing is checked."
          ) : (
            REASON_SENTENCES[report.reason]
          )}
        </div>
        {report.stored ? (
          <div className="muted">
            When it was received the answer was: {VERDICTS[report.stored[0]].word.toLowerCase()}.{" "}
            {REASON_SENTENCES[report.stored[1]]}
          </div>
        ) : null}
        {report.vault_problem ? <div>The vault could not be asked: {report.vault_problem}</div> : null}
        {failed ? (
          <div className={styles.fix}>
            <div>
              {mend ? <b>{mend}</b> : <b>Set up the inbox, then check again.</b>}
              {report.looks_like && report.looks_like !== scheme?.id ? (
                <div className="muted">
                  The headers look like the scheme <span className="mono">{report.looks_like}</span>.
                </div>
              ) : null}
              <div className="muted">Checking again also covers the others in this inbox that are not valid.</div>
            </div>
            <Link to="/inboxes" search={{ name: delivery.inbox }} className={buttonStyles.button}>
              Set up the inbox
            </Link>
            <Button tone="primary" busy={again.isPending} onClick={checkAgain}>
              Check again
            </Button>
          </div>
        ) : null}
      </div>
      {scheme ? (
        <div className="card">
          <KeyValues
            data
            entries={[
              ["Scheme", `${scheme.id} · ${scheme.algorithm}`],
              [
                "Signed content",
                scheme.signed_content + (report.signed_size > 0 ? ` · ${bytes(report.signed_size)}` : ""),
              ],
              times(report) ? ["Timestamp", times(report)] : null,
              report.received.length > 0
                ? [
                    "Received",
                    report.received.map((one, n) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: signatures may repeat
                      <div key={n}>{failed ? marked(one, report.computed[n] ?? report.computed[0]) : one}</div>
                    )),
                  ]
                : ["Received", <span key="none">none</span>],
              report.computed.length > 0
                ? [
                    "Computed",
                    report.computed.map((one, n) => (
                      // biome-ignore lint/suspicious/noArrayIndexKey: signatures may repeat
                      <div key={n}>{failed ? marked(one, report.received[n] ?? report.received[0]) : one}</div>
                    )),
                  ]
                : null,
              ["Secret", report.secret ?? "none known"],
            ]}
          />
        </div>
      ) : null}
      {further.length > 0 ? (
        <div className="card" style={{ padding: "10px 14px" }}>
          <b>It could also be</b>
          {further.map((one) => (
            <div className="muted" style={{ marginTop: 4 }} key={one.code}>
              {one.explanation} {one.mend}
            </div>
          ))}
        </div>
      ) : null}
      <Signed parts={report.signed} size={report.signed_size} />
    </div>
  );
}
