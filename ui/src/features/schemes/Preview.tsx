// The scheme tried against a delivery while it is written: the signed text, what came and what is computed, and
// whether they match.
import { REASON_SENTENCES } from "@/app/words";
import { CopyButton } from "@/components/Copy";
import { TextField } from "@/components/Field";
import { KeyValues } from "@/components/KeyValues";
import { Select } from "@/components/Select";
import { EmptyState, FailureNote } from "@/components/States";
import { AgeBar } from "@/features/deliveries/detail/AgeBar";
import { Marked } from "@/features/deliveries/detail/Evidence";
import type { Delivery, Failure } from "@/generated/api";
import { clock } from "@/lib/format";
import { plain } from "@/lib/plain";
import styles from "./Editor.module.css";
import { SignedText } from "./SignedText";
import type { PreviewAnswer } from "./usePreview";
import { configWords } from "./words";

export function deliveryLabel(delivery: Pick<Delivery, "received_at" | "inbox" | "event_type" | "id">): string {
  return [clock(delivery.received_at), delivery.inbox, delivery.event_type ?? `delivery ${delivery.id}`].join(" · ");
}

interface PreviewProps {
  deliveries: readonly Delivery[] | undefined;
  delivery: string | null;
  onDelivery: (id: string) => void;
  secret: string;
  onSecret: (secret: string) => void;
  config: Record<string, string>;
  onConfig: (key: string, value: string) => void;
  answer: PreviewAnswer | null;
  problem: Failure | null;
  busy: boolean;
}

/** What is said of the trial in one line. */
export function outcome(answer: PreviewAnswer | null): { tone: "ok" | "bad" | "none"; sign: string; words: string } {
  if (answer === null) return { tone: "none", sign: "–", words: "Not tried yet" };
  if (answer.faults.length > 0) return { tone: "none", sign: "–", words: "The description is not whole yet" };
  const report = answer.report;
  if (report === null) return { tone: "none", sign: "–", words: "Nothing to try it against" };
  if (report.verdict === "valid") return { tone: "ok", sign: "✓", words: "It matches" };
  if (report.verdict === "unchecked") return { tone: "none", sign: "–", words: "It can't be tried yet" };
  return { tone: "bad", sign: "✕", words: "It does not match yet" };
}

export function Preview(props: PreviewProps) {
  const { deliveries, delivery, answer, problem, busy } = props;
  const report = answer?.report ?? null;
  const said = outcome(answer);
  if (deliveries !== undefined && deliveries.length === 0) {
    return (
      <EmptyState title="Nothing to try it against">
        As soon as a delivery was captured, the scheme is tried against it while you write: the signed text, what came
        and what is computed.
      </EmptyState>
    );
  }
  return (
    <>
      <Select
        label="Tried against"
        value={delivery ?? ""}
        options={(deliveries ?? []).map((one) => ({ value: one.id, label: deliveryLabel(one) }))}
        onChange={props.onDelivery}
      />
      <TextField
        label="Signing secret"
        optional
        type="password"
        autoComplete="new-password"
        hint="Only for this trial; it is kept nowhere. Empty: the secrets of the delivery's inbox."
        value={props.secret}
        onChange={props.onSecret}
      />
      {report?.scheme?.config.map((key) => (
        <TextField
          key={key}
          label={configWords(key).label}
          hint="Only for this trial. Empty: as the delivery's inbox is set."
          value={props.config[key] ?? ""}
          onChange={(value) => props.onConfig(key, value)}
        />
      ))}
      <div className={styles.outcome} data-tone={said.tone} role="status" aria-busy={busy}>
        <b>
          <span aria-hidden="true">{said.sign}</span> {said.words}
        </b>
        {report && report.verdict !== "valid" ? <span>{REASON_SENTENCES[report.reason]}</span> : null}
        {report?.verdict === "valid" && report.secret ? (
          <span>
            {props.secret === "" ? <>With the secret {plain(report.secret)}.</> : "With the secret typed above."}
          </span>
        ) : null}
        {report?.vault_problem ? <span>The vault could not be asked: {plain(report.vault_problem)}</span> : null}
      </div>
      {problem ? <FailureNote problem={problem} /> : null}
      {report ? (
        <>
          <SignedText parts={report.signed} size={report.signed_size} />
          <div className="card">
            <KeyValues
              data
              entries={[
                [
                  "Received",
                  report.received.length > 0
                    ? report.received.slice(0, 4).map((one, n) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: signatures may repeat
                        <div key={n}>
                          <Marked
                            text={one}
                            other={report.verdict === "valid" ? undefined : (report.computed[n] ?? report.computed[0])}
                          />
                        </div>
                      ))
                    : "none",
                ],
                [
                  "Computed",
                  report.computed.length > 0
                    ? report.computed.slice(0, 4).map((one, n) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: signatures may repeat
                        <div key={n}>
                          <Marked
                            text={one}
                            other={report.verdict === "valid" ? undefined : (report.received[n] ?? report.received[0])}
                          />
                        </div>
                      ))
                    : "nothing: a secret is missing",
                ],
                report.timestamp === null
                  ? null
                  : [
                      "Timestamp",
                      <AgeBar
                        key="age"
                        timestamp={report.timestamp}
                        age={report.age_s}
                        tolerance={report.tolerance_s}
                      />,
                    ],
              ]}
            />
          </div>
        </>
      ) : null}
      {answer && answer.text !== "" ? (
        <div className={styles.copyText}>
          <CopyButton text={answer.text} label="Copy the file's text" words="Copy as TOML" />
        </div>
      ) : null}
    </>
  );
}
