// One attempt: what was sent, what came back, byte for byte.
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { usePlatform } from "@/app/host";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import { SidePanel } from "@/components/Dialog";
import { KeyValues } from "@/components/KeyValues";
import { FailureNote, Waiting } from "@/components/States";
import { Time } from "@/components/Time";
import { pageStyles as styles } from "@/features/endpoints/Page";
import type { Attempt, Failure } from "@/generated/api";
import { bytes, duration } from "@/lib/format";
import { plain } from "@/lib/plain";
import { attemptWords, firstWords } from "./job";

const SHOWN = 64 * 1024;

/** The answer as text where it is text, else as hex. Never as anything a browser would act on. */
export function answerText(body: Uint8Array): { text: string; form: "text" | "hex" } {
  const part = body.subarray(0, SHOWN);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(part, { stream: body.length > part.length });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what tells text from bytes
    if (!/[\u0000-\u0008\u000e-\u001f]/.test(text)) return { text, form: "text" };
  } catch {
    // Not UTF-8.
  }
  const lines: string[] = [];
  for (let at = 0; at < Math.min(part.length, 4096); at += 16) {
    const row = [...part.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : ".")).join("");
    lines.push(`${at.toString(16).padStart(6, "0")}  ${hex.padEnd(47)}  ${text}`);
  }
  return { text: lines.join("\n"), form: "hex" };
}

const headerLines = (headers: readonly [string, string][]) =>
  headers.map(([name, value]) => `${name}: ${value}`).join("\n");

export function AttemptPanel({ attempt, onClose }: { attempt: Attempt; onClose: () => void }) {
  const platform = usePlatform();
  const body = useQuery<Uint8Array, Failure>({
    queryKey: ["answer", attempt.id],
    queryFn: () => platform.bytes({ of: "answer", id: attempt.id }),
    enabled: attempt.response_size > 0,
    gcTime: 60_000,
  });
  const words = attemptWords(attempt);
  const first = firstWords(attempt.first_status);
  const shown = body.data ? answerText(body.data) : null;
  return (
    <SidePanel
      open
      width={620}
      onClose={onClose}
      title={attempt.event_type ?? "Attempt"}
      about={
        <>
          Delivery <span className="mono">{attempt.delivery}</span>, try {attempt.number}
        </>
      }
      foot={
        <>
          {body.data ? (
            <Button
              onClick={() => {
                if (body.data)
                  platform
                    .saveFile(`answer-${attempt.id}.bin`, body.data)
                    .then((where) => toast({ title: "Saved", detail: where }))
                    .catch(toastFailure);
              }}
            >
              Save the answer
            </Button>
          ) : null}
          <Link to="/" search={{ id: attempt.delivery }}>
            Open the delivery
          </Link>
        </>
      }
    >
      <div className={styles.card}>
        <KeyValues
          entries={[
            [
              "Answer",
              <span key="answer">
                <Badge tone={words.tone}>{words.word}</Badge>{" "}
                <span className="muted">
                  the first time <Badge tone={first.tone}>{first.word}</Badge>
                </span>
              </span>,
            ],
            attempt.error ? ["What went wrong", attempt.error] : null,
            ["Sent", <Time key="sent" at={attempt.started_at} form="precise" />],
            ["Took", attempt.duration_us === null ? "–" : duration(attempt.duration_us)],
            [
              "To",
              <span key="to" className="mono">
                {attempt.target}
              </span>,
            ],
            ["How", attempt.mode === "resign" ? "signed again" : "verbatim"],
          ]}
        />
      </div>
      <section className={styles.section}>
        <h3>
          What was answered
          <span className={styles.end}>
            {shown?.form === "text" ? <CopyButton text={shown.text} label="Copy the answer" /> : null}
          </span>
        </h3>
        {attempt.response_headers.length > 0 ? (
          <pre tabIndex={0} className={styles.code}>
            {plain(headerLines(attempt.response_headers))}
          </pre>
        ) : null}
        {attempt.response_size === 0 ? (
          <p className="muted">{attempt.status === null ? "Nothing was answered." : "The answer has no body."}</p>
        ) : body.error ? (
          <FailureNote problem={body.error} onRetry={() => void body.refetch()} />
        ) : shown ? (
          <>
            <pre tabIndex={0} className={styles.code}>
              {plain(shown.text)}
            </pre>
            <p className="muted">
              {bytes(attempt.response_size)} kept{shown.form === "hex" ? ", shown as hex" : ""}
              {body.data && body.data.length > SHOWN ? ", its beginning shown" : ""}
              {attempt.response_truncated ? "; the answer was longer than what is kept" : ""}.
            </p>
          </>
        ) : (
          <Waiting lines={2} />
        )}
      </section>
      <section className={styles.section}>
        <h3>
          What was sent
          <span className={styles.end}>
            <CopyButton text={headerLines(attempt.request_headers)} label="Copy the headers" />
          </span>
        </h3>
        <pre tabIndex={0} className={styles.code}>
          {plain(headerLines(attempt.request_headers) || "No header is kept.")}
        </pre>
      </section>
    </SidePanel>
  );
}
