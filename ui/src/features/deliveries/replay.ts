// Replaying one delivery with one key, and remembering how it was done last.
import { useNavigate } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useEvents } from "@/app/events";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { usePlatform, useRun } from "@/app/host";
import { usePatchSettings, useSettings } from "@/app/settings";
import type { Attempt, ReplayJob, ReplayMode, ReplayOptions } from "@/generated/api";
import { duration } from "@/lib/format";

const MODE_KEY = "waybill.replay.mode";

export function lastMode(): ReplayMode {
  try {
    return localStorage.getItem(MODE_KEY) === "verbatim" ? "verbatim" : "resign";
  } catch {
    return "resign";
  }
}

function keepMode(mode: ReplayMode): void {
  try {
    localStorage.setItem(MODE_KEY, mode);
  } catch {
    // Then the next time begins with signing again.
  }
}

export function single(target: string, mode: ReplayMode): ReplayOptions {
  return { target, mode, rate: null, concurrency: 1, retries: 0, timeout_ms: 10_000, stop_after_failures: null };
}

/** What came of a replay of one delivery, in one line. */
export function resultWords(attempt: Attempt | undefined): { title: string; good: boolean } {
  if (attempt === undefined) return { title: "Nothing was sent", good: false };
  const took = attempt.duration_us === null ? "" : ` in ${duration(attempt.duration_us)}`;
  if (attempt.status !== null)
    return { title: `Answered ${attempt.status}${took}`, good: attempt.outcome === "succeeded" };
  return { title: attempt.error ?? "No answer came", good: false };
}

/** Says what a job was answered, once it has ended. */
function useResults(): (job: ReplayJob, delivery: string) => void {
  const platform = usePlatform();
  const navigate = useNavigate();
  const waiting = useRef(new Map<string, string>());
  const tell = async (job: ReplayJob) => {
    const delivery = waiting.current.get(job.id);
    if (delivery === undefined || job.state === "running" || job.state === "paused") return;
    waiting.current.delete(job.id);
    try {
      const list = await platform.call("replays.attempts", {
        job: job.id,
        delivery: null,
        outcome: null,
        changed: false,
        offset: 0,
        limit: 1,
      });
      const { title, good } = resultWords(list.attempts[0]);
      toast({
        id: `replay:${delivery}`,
        title,
        detail: job.options.target,
        tone: good ? "ok" : "bad",
        action: {
          label: "Show",
          run: () => void navigate({ to: "/", search: (before) => ({ ...before, id: delivery, tab: "replays" }) }),
        },
      });
    } catch (thrown) {
      toastFailure(thrown);
    }
  };
  useEvents((event) => {
    if (event.event === "replay") void tell(event.job);
  });
  return (job, delivery) => {
    waiting.current.set(job.id, delivery);
    // It may have ended before the answer to its start was here.
    platform
      .call("replays.get", { id: job.id })
      .then(tell)
      .catch(() => tell(job));
  };
}

export interface ReplayOne {
  /** To the last target; asks first where there is none or a yes is needed. */
  again: (delivery: string) => void;
  /** Asks for the target. */
  ask: (delivery: string) => void;
  /** What the dialog is open for. */
  asking: string | null;
  close: () => void;
  send: (delivery: string, target: string, mode: ReplayMode, confirmed: boolean) => Promise<void>;
}

export function useReplayOne(): ReplayOne {
  const settings = useSettings();
  const patch = usePatchSettings();
  const start = useRun("replays.start");
  const results = useResults();
  const [asking, setAsking] = useState<string | null>(null);
  const send: ReplayOne["send"] = async (delivery, target, mode, confirmed) => {
    const job = await start.mutateAsync({
      selection: { ids: [delivery], query: "" },
      options: single(target, mode),
      confirmed,
    });
    keepMode(mode);
    if (settings?.last_target !== target) patch({ last_target: target });
    results(job, delivery);
  };
  return {
    asking,
    ask: setAsking,
    close: () => setAsking(null),
    send,
    again: (delivery) => {
      const target = settings?.last_target;
      if (!target) {
        setAsking(delivery);
        return;
      }
      send(delivery, target, lastMode(), false).catch((thrown) => {
        // A question or an obstacle that the dialog can settle is settled there.
        if (["confirmation_required", "cannot_sign", "invalid_input", "target_refused"].includes(thrown?.code))
          setAsking(delivery);
        else toastFailure(thrown);
      });
    },
  };
}
