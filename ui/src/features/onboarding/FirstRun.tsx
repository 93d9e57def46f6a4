// First run: it listens already. One button makes the first verified delivery appear; then three doors.
import { Link } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { sentWords } from "@/app/frame/SendTest";
import { useAnswer, useRun } from "@/app/host";
import { usePatchSettings, useSettings } from "@/app/settings";
import { VERDICTS } from "@/app/words";
import { Button } from "@/components/Button";
import buttonStyles from "@/components/Button.module.css";
import { CopyButton } from "@/components/Copy";
import { FailureNote } from "@/components/States";
import type { DeliveryRow } from "@/generated/api";
import { cx } from "@/lib/cx";
import styles from "./FirstRun.module.css";

function Mark({ n, done }: { n: number; done: boolean }) {
  return (
    <span className={styles.mark} data-done={done}>
      {done ? <span aria-hidden="true">✓</span> : n}
      {done ? <span className="sr">Done</span> : null}
    </span>
  );
}

/** `newest`: the newest delivery there is. */
export function FirstRun({ newest, onLeave }: { newest: DeliveryRow | undefined; onLeave: () => void }) {
  const status = useAnswer("status.get", {}).data;
  const patch = usePatchSettings();
  const sample = useRun("tools.sample");
  const [sent, setSent] = useState(false);
  const listening = status?.listening ?? null;
  const arrived = newest !== undefined;
  const inbox = newest?.inbox ?? "hello";
  const port = useSettings()?.port;
  const address = listening ?? `http://127.0.0.1:${port ?? ""}`;
  const command = `curl -d '{"type":"hello"}' ${address}/in/${inbox}`;
  useEffect(() => {
    if (sample.data) setSent(true);
  }, [sample.data]);
  const leave = () => {
    patch({ welcomed: true });
    onLeave();
  };
  return (
    <div className={styles.page} data-pane="detail">
      <div>
        <h1>{listening ? "Waybill is listening" : "Waybill is not listening yet"}</h1>
        <p className="muted">
          Webhooks that reach this address are kept byte for byte, their signatures are checked, and any of them can be
          sent again. Nothing leaves this machine unless you send it.
        </p>
      </div>
      {listening ? (
        <div className={cx("card", styles.address)}>
          <span className="dot ok" aria-hidden="true" />
          <span className={styles.url}>{listening}/in/…</span>
          <CopyButton text={`${listening}/in/${inbox}`} label="Copy the address" words="Copy" />
        </div>
      ) : status?.listen_failure ? (
        <FailureNote problem={status.listen_failure} />
      ) : null}
      <div className={styles.step}>
        <Mark n={1} done={arrived} />
        <div>
          <h2>{arrived ? `It arrived: ${VERDICTS[newest.verdict].word.toLowerCase()}` : "See a delivery arrive"}</h2>
          <p>
            {arrived
              ? "The row on the left is a real request that went through the capture server. Open it to see payload, headers and signature."
              : "The sample is a signed event that Waybill sends to itself: a real request, checked like any other."}
          </p>
          <Button
            tone={arrived ? "plain" : "primary"}
            busy={sample.isPending}
            disabled={listening === null ? "Nothing is listening" : undefined}
            onClick={() => sample.mutate({})}
          >
            {arrived ? "Send another" : "Send a signed sample"}
          </Button>
          {sent && sample.data && sample.data.outcome !== "succeeded" ? (
            <p role="status">{sentWords(sample.data)}</p>
          ) : null}
          {sample.error ? <FailureNote problem={sample.error} onRetry={() => sample.mutate({})} /> : null}
        </div>
      </div>
      <div className={styles.step}>
        <Mark n={2} done={false} />
        <div>
          <h2>Then go on through one of these doors</h2>
          <p>Each stays open: they are in the sidebar and in the palette.</p>
          <div className={styles.doors}>
            <section className={cx("card", styles.door)}>
              <h3>Inspect locally</h3>
              <p>Point your program, or a line in a terminal, at an inbox here.</p>
              <code className={styles.command}>{command}</code>
              <CopyButton text={command} label="Copy the command" words="Copy" />
            </section>
            <section className={cx("card", styles.door)}>
              <h3>Receive from the internet</h3>
              <p>Run a tunnel to this port and enter its address, so that providers can reach you.</p>
              <Link to="/settings" search={{ section: "capture" }} className={buttonStyles.button}>
                Enter the address
              </Link>
            </section>
            <section className={cx("card", styles.door)}>
              <h3>Connect a provider</h3>
              <p>List, create and rotate endpoints; their secrets go straight into the vault.</p>
              <Link to="/connections" search={{ new: true }} className={buttonStyles.button}>
                Choose a provider
              </Link>
            </section>
          </div>
        </div>
      </div>
      <div>
        <Button tone="ghost" onClick={leave}>
          {arrived ? "Done, show the deliveries" : "Skip this"}
        </Button>
      </div>
    </div>
  );
}
