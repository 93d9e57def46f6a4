// The live stream of a connection: started, watched and stopped in one place.
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toastFailure } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { ERRORS } from "@/app/words";
import { Dot } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import { FailureNote, Waiting } from "@/components/States";
import { Ago, Section, Strip, pageStyles as styles } from "@/features/endpoints/Page";
import type { Failure, LiveStream } from "@/generated/api";
import { plain } from "@/lib/plain";
import { ListenDialog } from "./ListenDialog";
import own from "./Streams.module.css";
import { heardWords, STREAM_STATES, streamLabel } from "./streams";

export function StreamSection({ connection, title }: { connection: string; title: string }) {
  const list = useAnswer("streams.list", {});
  const start = useRun("streams.start");
  const stop = useRun("streams.stop");
  const [asking, setAsking] = useState(false);
  const main = useRef<HTMLButtonElement>(null);
  const stream = list.data?.find((one) => one.connection === connection);
  const failed = stream?.state === "failed";

  const end = () => stop.mutate({ name: connection }, { onError: toastFailure });
  useActions([
    {
      id: "live-stream",
      label: streamLabel(stream),
      group: "Connections",
      words: "live stream events listen stop",
      keys: ["L"],
      enabled: list.data !== undefined || "It is not known yet whether it is listened to.",
      run: () => {
        if (stream === undefined) setAsking(true);
        else if (failed) start.mutate({ connection, inbox: stream.inbox }, { onError: toastFailure });
        else end();
      },
    },
  ]);
  return (
    <Section
      title="Live stream"
      end={
        <>
          {/* One button for all that it does: who works by keys stays on it. */}
          <ActionButton id="live-stream" ref={main} busy={start.isPending || (stop.isPending && !failed)} />
          {failed ? (
            <Button
              busy={stop.isPending}
              onClick={() => {
                main.current?.focus();
                end();
              }}
            >
              Dismiss
            </Button>
          ) : null}
        </>
      }
    >
      {list.data === undefined ? (
        list.error ? (
          <FailureNote problem={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <Waiting lines={1} />
        )
      ) : stream ? (
        <Standing stream={stream} />
      ) : (
        <p className="muted">
          {title} tells its events as they happen to a connection that Waybill opens. No public address is needed.
        </p>
      )}
      {asking ? <ListenDialog connection={connection} title={title} onClose={() => setAsking(false)} /> : null}
    </Section>
  );
}

function Standing({ stream }: { stream: LiveStream }) {
  const { word, tone } = STREAM_STATES[stream.state];
  return (
    <>
      <div className={`${styles.card} ${styles.pad}`}>
        <div className={own.line}>
          <span className={own.state} role="status">
            <Dot tone={tone} />
            <b>{word}</b>
          </span>
          <span>
            {heardWords(stream)}
            {stream.heard_at === null ? null : (
              <>
                , the last <Ago at={stream.heard_at} />
              </>
            )}
          </span>
        </div>
        <div className={own.line}>
          <span className="muted">Kept in</span>
          <Link to="/" search={{ q: `inbox:${stream.inbox}` }} title={`The deliveries of ${stream.inbox}`}>
            {stream.inbox}
          </Link>
        </div>
        {stream.message ? <p className={own.message}>{plain(stream.message)}</p> : null}
      </div>
      {stream.failure ? <GivenUp failure={stream.failure} /> : null}
    </>
  );
}

/** Without a way out beside it: "Listen again" stands above, and this is the view of connections already. */
function GivenUp({ failure }: { failure: Failure }) {
  const words = ERRORS[failure.code];
  return (
    <Strip tone="bad" alert>
      <b>{words.title}.</b> {plain(failure.message)} {failure.hint ?? words.hint}
    </Strip>
  );
}
