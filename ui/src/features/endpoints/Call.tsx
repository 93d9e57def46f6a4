// The exact call that would be made, credentials as placeholders.
import { useEffect, useRef, useState } from "react";
import { toastFailure } from "@/app/feedback/toasts";
import { Button } from "@/components/Button";
import { CopyButton } from "@/components/Copy";
import type { DryRunCall } from "@/generated/api";
import { pageStyles as styles } from "./Page";

/** As it would stand on the wire, the body indented where it is JSON; under it the calls that follow. */
export function callText(call: DryRunCall): string {
  return [one(call), ...call.then.map(callText)].join("\n\nThen, once that is done:\n\n");
}

function one(call: DryRunCall): string {
  const head = [`${call.method} ${call.url}`, ...call.headers.map(([name, value]) => `${name}: ${value}`)].join("\n");
  if (call.body === null || call.body === "") return head;
  let body = call.body;
  try {
    body = JSON.stringify(JSON.parse(call.body), null, 2);
  } catch {
    // A body that is no JSON is shown as it is.
  }
  return `${head}\n\n${body}`;
}

export function CallText({ call }: { call: DryRunCall }) {
  const own = useRef<HTMLDivElement>(null);
  const several = call.then.length > 0;
  // It was asked for: it must not stand below the edge of a long form.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new call
  useEffect(() => {
    own.current?.scrollIntoView?.({ block: "nearest" });
  }, [call]);
  return (
    <div className={styles.section} ref={own}>
      <h3>
        {several ? "The calls, not made yet" : "The call, not made yet"}
        <span className={styles.end}>
          <CopyButton text={callText(call)} label={several ? "Copy the calls" : "Copy the call"} />
        </span>
      </h3>
      <pre tabIndex={0} className={styles.code}>
        {callText(call)}
      </pre>
    </div>
  );
}

/** A button that asks for the call and shows it beneath. */
export function ShowCall({ ask }: { ask: () => Promise<DryRunCall | null> }) {
  const [call, setCall] = useState<DryRunCall | null>(null);
  const [busy, setBusy] = useState(false);
  const show = async () => {
    setBusy(true);
    try {
      setCall(await ask());
    } catch (thrown) {
      toastFailure(thrown);
    } finally {
      setBusy(false);
    }
  };
  return call === null ? (
    <div>
      <Button small busy={busy} onClick={show}>
        Show the call
      </Button>
    </div>
  ) : (
    <CallText call={call} />
  );
}
