// Bringing missing deliveries in, a hundred in one call, with where it stands and a way to stop between two calls.
import { useEffect, useRef, useState } from "react";
import { useRun } from "@/app/host";
import type { BringInBy, BroughtIn, Failure } from "@/generated/api";
import { asFailure } from "@/lib/failure";
import { chunked, joined, nothingYet } from "./reconcile";

export interface BringInRun {
  total: number;
  done: number;
  running: boolean;
  stopping: boolean;
  /** Stopped before its end. */
  stopped: boolean;
  came: BroughtIn;
  /** A call that failed as a whole; what came before it stands. */
  problem: Failure | null;
  /** When it was begun, in milliseconds. */
  began: number;
}

export function useBringIn(connection: string, endpoint: string, onEnd: (came: BroughtIn) => void) {
  const bring = useRun("endpoints.bring_in");
  const [run, setRun] = useState<BringInRun | null>(null);
  const stop = useRef(false);
  // Whoever leaves the endpoint stops what is left of it.
  useEffect(
    () => () => {
      stop.current = true;
    },
    [],
  );
  const start = async (entries: readonly string[], by: BringInBy | undefined) => {
    stop.current = false;
    let now: BringInRun = {
      total: entries.length,
      done: 0,
      running: true,
      stopping: false,
      stopped: false,
      came: nothingYet(),
      problem: null,
      began: Date.now(),
    };
    setRun(now);
    for (const chunk of chunked(entries)) {
      if (stop.current) {
        now = { ...now, stopped: true };
        break;
      }
      try {
        const came = await bring.mutateAsync({
          connection,
          endpoint,
          entries: [...chunk],
          ...(by === undefined ? {} : { by }),
        });
        now = { ...now, done: now.done + chunk.length, came: joined(now.came, came) };
      } catch (thrown) {
        now = { ...now, problem: asFailure(thrown) };
        break;
      }
      setRun({ ...now, stopping: stop.current });
    }
    now = { ...now, running: false };
    setRun(now);
    onEnd(now.came);
  };
  return {
    run,
    start,
    cancel: () => {
      stop.current = true;
      setRun((before) => before && { ...before, stopping: true });
    },
    clear: () => setRun(null),
  };
}
