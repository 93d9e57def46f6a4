// The provider's own delivery log. Reading it is a call over the network, so it is only made when the log is looked at,
// and again when asked.
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { usePlatform } from "@/app/host";
import type { Tone } from "@/components/Badge";
import type { Failure, LogEntry, LogState } from "@/generated/api";

export const LOG_LIMIT = 100;

export function useLog(
  connection: string,
  id: string,
  state: LogState | null,
  enabled: boolean,
): UseQueryResult<LogEntry[], Failure> {
  const platform = usePlatform();
  return useQuery<LogEntry[], Failure>({
    queryKey: ["endpoints.log", connection, id, state],
    queryFn: () => platform.call("endpoints.log", { connection, id, limit: LOG_LIMIT, state }),
    enabled,
    gcTime: 10 * 60_000,
  });
}

export interface LogCounts {
  sent: number;
  here: number;
  missing: number;
  failed: number;
}

export function logCounts(entries: readonly LogEntry[]): LogCounts {
  const here = entries.filter((entry) => entry.delivery !== null).length;
  return {
    sent: entries.length,
    here,
    missing: entries.length - here,
    failed: entries.filter((entry) => entry.state === "failed").length,
  };
}

/** What our side answered, as the provider saw it. */
export function answerWords(entry: LogEntry): { word: string; tone: Tone; title: string } {
  const title = [entry.status, entry.error].filter(Boolean).join(": ");
  if (entry.response_status !== null) {
    const good = entry.response_status >= 200 && entry.response_status < 300;
    return { word: String(entry.response_status), tone: good ? "ok" : "bad", title };
  }
  if (entry.state === "pending") return { word: "waiting", tone: "info", title };
  if (entry.state === "succeeded") return { word: "accepted", tone: "ok", title };
  const timeout = /time.?out/i.test(`${entry.error ?? ""} ${entry.status}`);
  return {
    word: timeout ? "timeout" : entry.state === "failed" ? "no answer" : "unknown",
    tone: entry.state === "failed" ? "bad" : "none",
    title,
  };
}

export const STATE_FILTERS: { value: LogState | "all"; label: string }[] = [
  { value: "all", label: "All" },
  { value: "failed", label: "Failed" },
  { value: "pending", label: "Pending" },
  { value: "succeeded", label: "Succeeded" },
];

/** True when the text is an instant that can be shown as one. */
export function isInstant(text: string | null): text is string {
  return text !== null && /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text));
}
