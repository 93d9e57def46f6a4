// The Replays tab: every time this delivery was sent on or again, and what was answered.
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useAnswer, usePlatform } from "@/app/host";
import { Badge, type Tone } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Time } from "@/components/Time";
import type { Attempt, AttemptOutcome, Delivery, Failure } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { bytes, counted, duration } from "@/lib/format";
import { plain } from "@/lib/plain";
import styles from "./Detail.module.css";

const OUTCOMES: Record<AttemptOutcome, { word: string; tone: Tone }> = {
  unknown: { word: "outcome unknown", tone: "warn" },
  succeeded: { word: "accepted", tone: "ok" },
  failed: { word: "refused", tone: "bad" },
  not_sent: { word: "not sent", tone: "bad" },
  no_answer: { word: "no answer", tone: "warn" },
  skipped: { word: "left out", tone: "none" },
};

export function outcomeOf(attempt: Attempt): { word: string; tone: Tone } {
  const known = OUTCOMES[attempt.outcome];
  return attempt.status === null ? known : { ...known, word: String(attempt.status) };
}

function headerText(headers: readonly [string, string][]): string {
  return headers.map(([name, value]) => `${name}: ${value}`).join("\n");
}

function Answer({ attempt }: { attempt: Attempt }) {
  const platform = usePlatform();
  const [text, setText] = useState<string | null>(null);
  const [problem, setProblem] = useState<Failure | null>(null);
  useEffect(() => {
    let gone = false;
    if (attempt.response_size === 0) return;
    platform.bytes({ of: "answer", id: attempt.id }).then(
      (data) => {
        if (!gone) setText(new TextDecoder().decode(data.subarray(0, 65_536)));
      },
      (thrown) => {
        if (!gone) setProblem(asFailure(thrown));
      },
    );
    return () => {
      gone = true;
    };
  }, [platform, attempt.id, attempt.response_size]);
  return (
    <div className={styles.inner}>
      {attempt.error ? <p>{attempt.error}</p> : null}
      <h4>Answer</h4>
      {attempt.response_headers.length > 0 ? <pre>{plain(headerText(attempt.response_headers))}</pre> : null}
      {problem ? <FailureNote problem={problem} /> : null}
      {attempt.response_size === 0 ? (
        <p className="muted">No body.</p>
      ) : text === null ? (
        <Waiting lines={1} />
      ) : (
        <pre>{plain(text)}</pre>
      )}
      {attempt.response_size > 65_536 || attempt.response_truncated ? (
        <p className="muted">
          Cut: {bytes(Math.min(attempt.response_size, 65_536))} of {attempt.response_truncated ? "more than " : ""}
          {bytes(attempt.response_size)} are shown.
        </p>
      ) : null}
      <h4>Sent</h4>
      <pre>{plain(headerText(attempt.request_headers) || "as recorded")}</pre>
    </div>
  );
}

function One({ attempt }: { attempt: Attempt }) {
  const [open, setOpen] = useState(false);
  const outcome = outcomeOf(attempt);
  return (
    <details className={`card ${styles.attempt}`} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <Badge tone={outcome.tone} title={OUTCOMES[attempt.outcome].word}>
          {outcome.word}
        </Badge>
        <span className="mono">
          <Time at={attempt.started_at} form="precise" />
        </span>
        <span className="mono cut">{attempt.target}</span>
        <span className="muted">
          {attempt.kind === "forward" ? "forwarded" : "replayed"},{" "}
          {attempt.mode === "resign" ? "signed again" : "as recorded"}
          {attempt.number > 1 ? `, try ${attempt.number}` : ""}
        </span>
        <span className="mono muted">{attempt.duration_us === null ? "" : duration(attempt.duration_us)}</span>
        {attempt.status !== null && attempt.first_status !== 0 && attempt.status !== attempt.first_status ? (
          <span className="muted">was {attempt.first_status} the first time</span>
        ) : null}
      </summary>
      {open ? <Answer attempt={attempt} /> : null}
      {open && attempt.job ? (
        <div className={styles.inner}>
          <Link to="/replays" search={{ id: attempt.job }}>
            Open the replay
          </Link>
        </div>
      ) : null}
    </details>
  );
}

export function Attempts({ delivery }: { delivery: Delivery }) {
  const [limit, setLimit] = useState(100);
  const answer = useAnswer(
    "replays.attempts",
    { job: null, delivery: delivery.id, outcome: null, changed: false, offset: 0, limit },
    { keep: true },
  );
  if (answer.error) {
    return (
      <div className={styles.body}>
        <FailureNote problem={answer.error} onRetry={() => answer.refetch()} />
      </div>
    );
  }
  const list = answer.data;
  if (list === undefined) return <Waiting />;
  if (list.attempts.length === 0) {
    return (
      <EmptyState title="Not sent on yet" action={<ActionButton id="replay" tone="primary" showKeys />}>
        Replay it to a local program, as it came or signed again, and see what that answers.
      </EmptyState>
    );
  }
  return (
    <div className={styles.body}>
      <span className="muted">{counted(list.total, "attempt")}, newest first</span>
      {list.attempts.map((attempt) => (
        <One key={attempt.id} attempt={attempt} />
      ))}
      {list.total > list.attempts.length && limit < 500 ? (
        <Button onClick={() => setLimit(500)}>Show more</Button>
      ) : null}
    </div>
  );
}
