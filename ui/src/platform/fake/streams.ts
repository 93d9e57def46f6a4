// The fake's live streams: one that is started is open a moment later, and hears nothing by itself.
import type { CommandName, Event, LiveStream } from "@/generated/api";
import { failure } from "@/lib/failure";
import type { Request, Response } from "../types";

type Handlers = { [N in CommandName]: (request: Request<N>) => Response<N> };
type Names = Extract<CommandName, `streams.${string}`>;

/** `emit` tells the window; `inbox` makes the inbox when it is not there. */
export function streamHandlers(emit: (event: Event) => void, inbox: (name: string) => void): Pick<Handlers, Names> {
  const streams = new Map<string, LiveStream>();
  const tell = () => emit({ event: "changed", tags: ["connections"] });
  return {
    "streams.list": () => [...streams.values()],
    "streams.start": ({ connection, inbox: wanted }) => {
      const running = streams.get(connection);
      if (running && running.state !== "failed")
        throw failure("already_exists", `The stream of ${connection} is listened to already. Nothing was started.`);
      const started: LiveStream = {
        connection,
        inbox: wanted ?? connection,
        state: "connecting",
        started_at: new Date().toISOString(),
        heard: 0,
        heard_at: null,
        message: null,
        failure: null,
      };
      inbox(started.inbox);
      streams.set(connection, started);
      setTimeout(() => {
        if (streams.get(connection) !== started) return;
        streams.set(connection, { ...started, state: "open" });
        tell();
      }, 50);
      return started;
    },
    "streams.stop": ({ name }) => {
      if (!streams.delete(name)) throw failure("not_found", `There is no stream ${name}.`);
      tell();
      return {};
    },
  };
}
