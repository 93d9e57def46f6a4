// A job in words: how far it is, how fast, how long still, and what became of an attempt.
import type { Tone } from "@/components/Badge";
import type { Attempt, JobState, ReplayJob } from "@/generated/api";
import { count, counted, millis, span } from "@/lib/format";

export const JOB_STATES: Record<JobState, { word: string; tone: Tone }> = {
  running: { word: "Running", tone: "accent" },
  paused: { word: "Paused", tone: "warn" },
  cancelled: { word: "Cancelled", tone: "none" },
  completed: { word: "Done", tone: "ok" },
  interrupted: { word: "Interrupted", tone: "warn" },
};

/** Deliveries that are settled, one way or another. */
export function settled(job: Pick<ReplayJob, "counts">): number {
  const { succeeded, failed, skipped, unknown } = job.counts;
  return succeeded + failed + skipped + unknown;
}

/** `746 of 1,204 sent` */
export function progressWords(job: Pick<ReplayJob, "counts">): string {
  return `${count(job.counts.sent)} of ${count(job.counts.total)} sent`;
}

/** `48 /s · about 10 s left`; empty when nothing is under way. */
export function paceWords(job: Pick<ReplayJob, "counts" | "per_second" | "state">): string {
  if (job.state !== "running" || !job.per_second) return "";
  const left = Math.max(0, job.counts.total - settled(job));
  const rate = job.per_second < 10 ? job.per_second.toFixed(1).replace(/\.0$/, "") : count(Math.round(job.per_second));
  return `${rate} /s · about ${span(left / job.per_second)} left`;
}

/** Why it stands still, and what going on would do. Null while it runs or when it is done. */
export function haltWords(job: ReplayJob): string | null {
  const left = Math.max(0, job.counts.total - settled(job));
  const unknown =
    job.counts.unknown > 0
      ? ` ${counted(job.counts.unknown, "delivery", "deliveries")} may have been sent when Waybill stopped and ${
          job.counts.unknown === 1 ? "is" : "are"
        } never sent again by itself.`
      : "";
  switch (job.state) {
    case "interrupted":
      return `Waybill ended before it was done.${unknown} Resuming sends the ${count(left)} that were never sent, and no other.`;
    case "paused":
      return `${job.stopped_because ? `${job.stopped_because} ` : ""}${counted(left, "delivery", "deliveries")} still to be sent.`;
    case "cancelled":
      return `${job.stopped_because ? `${job.stopped_because} ` : ""}${counted(left, "delivery", "deliveries")} not sent.${unknown}`;
    case "completed":
      return job.stopped_because ?? (unknown ? unknown.trim() : null);
    case "running":
      return null;
  }
}

/** What came back, or what did not. */
export function attemptWords(attempt: Pick<Attempt, "outcome" | "status" | "error">): { word: string; tone: Tone } {
  switch (attempt.outcome) {
    case "succeeded":
      return { word: attempt.status === null ? "accepted" : String(attempt.status), tone: "ok" };
    case "failed":
      return { word: attempt.status === null ? "failed" : String(attempt.status), tone: "bad" };
    case "no_answer":
      return { word: /time.?out|timed out/i.test(attempt.error ?? "") ? "timeout" : "no answer", tone: "bad" };
    case "not_sent":
      return { word: "not sent", tone: "bad" };
    case "skipped":
      return { word: "left out", tone: "none" };
    case "unknown":
      return { word: "unknown", tone: "warn" };
  }
}

/** Sent, and its answer may still come: a job that was cut off leaves attempts whose end nobody knows. */
export function underWay(attempt: Pick<Attempt, "outcome" | "started_at">, job: ReplayJob, now: number): boolean {
  const ends = millis(attempt.started_at) + job.options.timeout_ms + 1000;
  return attempt.outcome === "unknown" && (job.state === "running" || job.state === "paused") && now < ends;
}

/** The status of old, as a badge would say it. */
export function firstWords(status: number): { word: string; tone: Tone } {
  if (status === 0) return { word: "left", tone: "none" };
  return { word: String(status), tone: status >= 200 && status < 300 ? "ok" : "bad" };
}
