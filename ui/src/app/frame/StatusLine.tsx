// The line at the foot: totals, rate, where secrets live, and the keys of the moment.
import { useAllActions } from "@/app/actions/registry";
import { useAnswer } from "@/app/host";
import { Kbd } from "@/components/Kbd";
import type { VaultKind, VaultStatus } from "@/generated/api";
import { cx } from "@/lib/cx";
import { bytes, counted } from "@/lib/format";
import styles from "./Frame.module.css";

const VAULTS: Record<VaultKind, string> = {
  keychain: "system keychain",
  file: "encrypted file",
  memory: "memory only",
};

export function vaultWords(vault: VaultStatus): { text: string; tone: "ok" | "bad" } {
  const where = VAULTS[vault.kind];
  switch (vault.state?.state) {
    case undefined:
    case "working":
      return { text: where, tone: "ok" };
    case "locked":
      return { text: `${where} (locked)`, tone: "bad" };
    case "missing":
      return { text: `${where} (not there)`, tone: "bad" };
    case "hanging":
      return { text: `${where} (does not answer)`, tone: "bad" };
    case "failed":
      return { text: `${where} (refused)`, tone: "bad" };
  }
}

/** Keys worth a hint, in this order, where the action is offered now. */
const HINTS = ["list-next", "replay", "filter", "pause-job", "edit-endpoint", "new-endpoint", "help"];
const SHORT: Record<string, string> = {
  "list-next": "move",
  replay: "replay",
  filter: "filter",
  "pause-job": "pause",
  "edit-endpoint": "edit",
  "new-endpoint": "new endpoint",
  help: "all keys",
};

export function StatusLine() {
  const status = useAnswer("status.get", {}).data;
  const actions = useAllActions();
  const hints = HINTS.flatMap((id) => actions.find((action) => action.id === id) ?? []).filter(
    (action) => action.id !== "new-endpoint" || !actions.some((other) => other.id === "list-next"),
  );
  const vault = status ? vaultWords(status.vault) : null;
  return (
    <footer className={cx("status", styles.status)}>
      {status ? (
        <>
          <span>
            {counted(status.totals.deliveries, "delivery", "deliveries")} · {bytes(status.totals.bytes)}
          </span>
          <span>{status.last_minute} /min</span>
          {vault ? (
            <span className="cut" style={vault.tone === "bad" ? { color: "var(--bad)" } : undefined}>
              Secrets: {vault.text}
            </span>
          ) : null}
          {status.notice ? (
            <span className="cut" title={status.notice}>
              {status.notice}
            </span>
          ) : null}
        </>
      ) : null}
      <span className="r" aria-hidden="true">
        {hints.map((action) => (
          <span key={action.id}>
            {(action.id === "list-next" ? ["J", "K"] : (action.keys ?? []).slice(0, 1)).map((keys) => (
              <span key={keys}>
                <Kbd chord={keys} />{" "}
              </span>
            ))}
            {SHORT[action.id] ?? action.label}
          </span>
        ))}
      </span>
    </footer>
  );
}
