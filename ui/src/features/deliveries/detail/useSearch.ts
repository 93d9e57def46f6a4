// The search for a cause, going on in the background: started, watched a few times a second, stopped.
import { useCallback, useEffect, useRef, useState } from "react";
import { toastFailure } from "@/app/feedback/toasts";
import { usePlatform } from "@/app/host";
import type { Diagnosis, DiagnosisProgress, Search, SignatureReport } from "@/generated/api";

const EVERY_MS = 250;

export interface LiveSearch {
  search: Search | null;
  diagnosis: readonly Diagnosis[];
  start: () => void;
  cancel: () => void;
  starting: boolean;
  cancelling: boolean;
}

export function useSearch(id: string, report: SignatureReport): LiveSearch {
  const platform = usePlatform();
  const [live, setLive] = useState<DiagnosisProgress | null>(null);
  const [asked, setAsked] = useState<"start" | "cancel" | null>(null);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  // A new report (the secret or the scheme changed) says more than a search of before.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the report stands for all of it
  useEffect(() => setLive(null), [report]);

  const search = live?.search ?? report.search;
  const running = search?.state === "running";
  useEffect(() => {
    if (!running) return;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const found = await platform.call("diagnosis.progress", { id });
        if (!stopped && found.search) setLive(found);
      } catch {
        // The next look, or the report, says what is the matter.
      }
      if (!stopped) timer = setTimeout(look, EVERY_MS);
    };
    timer = setTimeout(look, EVERY_MS);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [running, id, platform]);

  const ask = useCallback(
    async (what: "start" | "cancel") => {
      setAsked(what);
      try {
        const found = await platform.call(what === "start" ? "diagnosis.start" : "diagnosis.cancel", { id });
        if (mounted.current) setLive(found);
      } catch (problem) {
        toastFailure(problem);
      } finally {
        if (mounted.current) setAsked(null);
      }
    },
    [platform, id],
  );

  return {
    search,
    diagnosis: live && live.diagnosis.length > 0 ? live.diagnosis : report.diagnosis,
    start: () => void ask("start"),
    cancel: () => void ask("cancel"),
    starting: asked === "start",
    cancelling: asked === "cancel",
  };
}
