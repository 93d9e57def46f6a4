// The bar: brand, whether and where it listens, the palette, the two things wanted most.
import { Popover } from "@base-ui/react/popover";
import { Link } from "@tanstack/react-router";
import { registry, useAction } from "@/app/actions/registry";
import { toastFailure } from "@/app/feedback/toasts";
import { useAnswer, useRun } from "@/app/host";
import { useSettings } from "@/app/settings";
import { ERRORS } from "@/app/words";
import { Dot } from "@/components/Badge";
import { ActionButton, Button } from "@/components/Button";
import buttonStyles from "@/components/Button.module.css";
import { CopyButton } from "@/components/Copy";
import { MenuIcon } from "@/components/icons";
import { Kbd } from "@/components/Kbd";
import popupStyles from "@/components/Popup.module.css";
import { FailureNote } from "@/components/States";
import type { Status } from "@/generated/api";
import { cx } from "@/lib/cx";
import { hostOf } from "@/lib/format";
import styles from "./Frame.module.css";

function ListeningPill({ status }: { status: Status }) {
  const start = useRun("capture.start");
  const stop = useRun("capture.stop");
  const settings = useSettings();
  const { listening, listen_failure: problem } = status;
  const words = listening
    ? { tone: "ok" as const, text: "Listening on ", data: hostOf(listening) }
    : problem?.code === "port_in_use"
      ? { tone: "bad" as const, text: `Port ${settings?.port ?? ""} is in use`, data: "" }
      : problem
        ? { tone: "bad" as const, text: "Not listening", data: "" }
        : { tone: "none" as const, text: "Stopped listening", data: "" };
  const listen = (port: number | null) => start.mutate({ bind: null, port }, { onError: toastFailure });
  return (
    <Popover.Root>
      <Popover.Trigger className="pill" aria-label={`${words.text}${words.data}`}>
        <Dot tone={words.tone} />
        <span className="cut">
          <span className={words.data ? styles.wide : undefined}>{words.text}</span>
          {words.data ? <span className="mono">{words.data}</span> : null}
        </span>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner className={popupStyles.positioner} sideOffset={6} align="start">
          <Popover.Popup className={cx(popupStyles.popup, styles.popover)}>
            <Popover.Title render={<h3 />}>{listening ? "Capturing deliveries" : words.text}</Popover.Title>
            {listening ? (
              <>
                <p className="muted">
                  Everything that is sent to <span className="mono">{listening}/in/…</span> is kept before it is
                  answered.
                </p>
                <div className={styles.acts}>
                  <CopyButton text={listening} label="Copy the address" words="Copy the address" />
                  <Button small busy={stop.isPending} onClick={() => stop.mutate({}, { onError: toastFailure })}>
                    Stop listening
                  </Button>
                </div>
              </>
            ) : (
              <>
                {problem ? (
                  <FailureNote problem={problem} />
                ) : (
                  <p className="muted">Nothing is received until it listens again. Senders see that nobody answers.</p>
                )}
                <div className={styles.acts}>
                  <Button tone="primary" busy={start.isPending} onClick={() => listen(null)}>
                    {problem ? `Try port ${settings?.port ?? ""} again` : "Listen again"}
                  </Button>
                  {problem && ERRORS[problem.code].wayOut === "other_port" ? null : (
                    <Button busy={start.isPending} onClick={() => listen(0)}>
                      Listen on a free port
                    </Button>
                  )}
                </div>
              </>
            )}
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

export function Bar({ sideOpen, onSide }: { sideOpen: boolean; onSide: () => void }) {
  const status = useAnswer("status.get", {}).data;
  const settings = useSettings();
  const palette = useAction("palette");
  return (
    <header className={cx("bar", styles.bar)} data-pane="bar">
      <button type="button" className={styles.skip} onClick={() => document.getElementById("main")?.focus()}>
        To the view
      </button>
      <Button tone="ghost" icon label="Sidebar" aria-expanded={sideOpen} className={styles.menu} onClick={onSide}>
        <MenuIcon size={16} />
      </Button>
      <div className="brand">
        <i aria-hidden="true">W</i>
        <span className={styles.brandName}>Waybill</span>
      </div>
      {status ? <ListeningPill status={status} /> : null}
      {settings?.public_url ? (
        <span className={cx("pill", styles.tunnel)} title="The address others reach this machine under">
          <Dot tone="info" />
          <span className="mono cut">{hostOf(settings.public_url)}</span>
        </span>
      ) : null}
      <button type="button" className="cmdk" onClick={() => registry.get("palette")?.run()}>
        <span className="cut">Search or run a command</span>
        {palette?.keys?.[0] ? <Kbd chord={palette.keys[0]} /> : null}
      </button>
      <ActionButton id="send-test" className={styles.wide ?? ""} />
      <Link to="/settings" className={cx(buttonStyles.button, buttonStyles.ghost)} title="Settings (Ctrl+,)">
        Settings
      </Link>
    </header>
  );
}
