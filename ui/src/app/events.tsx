// Events of the host, received once and handed on: to the query cache by tag, to listeners by kind.
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useRef } from "react";
import type { Event, Tag } from "@/generated/api";
import { invalidate, queryKey, usePlatform } from "./host";

type Handler = (event: Event) => void;

const EventsContext = createContext<Set<Handler>>(new Set());

const EVERYTHING: readonly Tag[] = [
  "deliveries",
  "inboxes",
  "connections",
  "endpoints",
  "schemes",
  "secrets",
  "settings",
  "replays",
  "status",
];

export function EventsProvider({ children }: { children: ReactNode }) {
  const platform = usePlatform();
  const client = useQueryClient();
  const handlers = useRef(new Set<Handler>());
  useEffect(() => {
    let counts: ReturnType<typeof setTimeout> | undefined;
    const end = platform.subscribe((event) => {
      switch (event.event) {
        case "changed":
          invalidate(client, event.tags);
          break;
        case "status":
          client.setQueryData(queryKey("status.get", {}), event.status);
          break;
        case "replay":
          client.setQueryData(queryKey("replays.get", { id: event.job.id }), event.job);
          client.invalidateQueries({ queryKey: ["replays.list"] });
          client.invalidateQueries({ queryKey: ["replays.attempts"] });
          break;
        case "missed":
          invalidate(client, EVERYTHING);
          break;
        case "arrived":
          // Counts beside the inboxes follow at a calm pace, however many arrive. The list itself follows at once.
          counts ??= setTimeout(() => {
            counts = undefined;
            invalidate(client, ["inboxes", "status"]);
            client.invalidateQueries({ queryKey: ["deliveries.histogram"] });
          }, 500);
          break;
      }
      for (const handler of handlers.current) handler(event);
    });
    return () => {
      clearTimeout(counts);
      end();
    };
  }, [platform, client]);
  return <EventsContext.Provider value={handlers.current}>{children}</EventsContext.Provider>;
}

/** Hears every event while the caller is mounted. */
export function useEvents(handler: Handler): void {
  const handlers = useContext(EventsContext);
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(() => {
    const own: Handler = (event) => latest.current(event);
    handlers.add(own);
    return () => {
      handlers.delete(own);
    };
  }, [handlers]);
}
