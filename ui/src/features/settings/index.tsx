// Settings. Each field saves itself at once and says so; what is refused stands at the field.
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useActions } from "@/app/actions/registry";
import { toast, toastFailure } from "@/app/feedback/toasts";
import { useAnswer, usePlatform, useRun } from "@/app/host";
import { usePatchSettings, useSettings } from "@/app/settings";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import buttonStyles from "@/components/Button.module.css";
import { CopyButton } from "@/components/Copy";
import { Check, Choice } from "@/components/Field";
import { KeyValues } from "@/components/KeyValues";
import { EmptyState, FailureNote, Waiting } from "@/components/States";
import { Bytes } from "@/components/Time";
import { Line, pageStyles, Strip } from "@/features/endpoints/Page";
import type { Settings, Status, Theme, VaultKind, VaultState } from "@/generated/api";
import { cx } from "@/lib/cx";
import { count, hostOf } from "@/lib/format";
import { Doctor } from "./Doctor";
import {
  bindProblem,
  bytesOf,
  bytesText,
  capProblem,
  FIELDS,
  type FieldId,
  foundFields,
  isOpen,
  portProblem,
  SECTIONS,
  type SectionId,
} from "./fields";
import { SavedField } from "./SavedField";
import styles from "./Settings.module.css";

export function SettingsView() {
  const settings = useSettings();
  const asked = useAnswer("settings.get", {});
  const status = useAnswer("status.get", {}).data;
  const search = useSearch({ from: "/settings" });
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const find = useRef<HTMLInputElement>(null);
  const page = useRef<HTMLDivElement>(null);
  const found = foundFields(typed);
  const has = (section: SectionId) => [...found].some((id) => FIELDS[id].section === section);
  const loaded = settings !== undefined;

  // The section in the address is where the eye and the keys are put.
  useEffect(() => {
    if (!loaded || search.section === undefined) return;
    const head = page.current?.querySelector<HTMLElement>(`[data-section="${CSS.escape(search.section)}"] > h2`);
    if (!head || !page.current) return;
    page.current.scrollTop = head.offsetTop - 14;
    head.focus({ preventScroll: true });
  }, [search.section, loaded]);

  useActions([
    {
      id: "find-setting",
      label: "Search the settings",
      group: "Window",
      keys: ["/"],
      palette: false,
      run: () => find.current?.focus(),
    },
    ...SECTIONS.map((section) => ({
      id: `settings-${section.id}`,
      label: `Settings: ${section.title}`,
      group: "Go to",
      run: () => void navigate({ to: "/settings", search: { section: section.id } }),
    })),
  ]);

  return (
    <div className={styles.page}>
      <div className={styles.nav} data-pane="list">
        <h1>Settings</h1>
        <div className={styles.search}>
          <input
            ref={find}
            type="search"
            placeholder="Search"
            aria-label="Search the settings"
            value={typed}
            spellCheck={false}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        <nav aria-label="Sections of the settings">
          <ul>
            {SECTIONS.map((section) => (
              <li key={section.id}>
                <button
                  type="button"
                  className={cx("nav", search.section === section.id && "on")}
                  aria-current={search.section === section.id ? "true" : undefined}
                  aria-disabled={!has(section.id) || undefined}
                  onClick={() => void navigate({ to: "/settings", search: { section: section.id } })}
                >
                  {section.title}
                </button>
              </li>
            ))}
          </ul>
        </nav>
      </div>
      <div className={styles.all} ref={page} data-pane="detail">
        {asked.error ? <FailureNote problem={asked.error} onRetry={() => void asked.refetch()} /> : null}
        {settings === undefined ? asked.error ? null : <Waiting lines={8} /> : null}
        {settings !== undefined && found.size === 0 ? (
          <EmptyState title="No setting fits" action={<Button onClick={() => setTyped("")}>Show all</Button>}>
            None has “{typed}” in its name.
          </EmptyState>
        ) : null}
        {settings !== undefined
          ? SECTIONS.filter((section) => has(section.id)).map((section) => (
              <section key={section.id} className={styles.section} data-section={section.id} aria-label={section.title}>
                <h2 tabIndex={-1}>{section.title}</h2>
                <SectionFields id={section.id} settings={settings} status={status} found={found} />
              </section>
            ))
          : null}
      </div>
    </div>
  );
}

interface FieldsProps {
  id: SectionId;
  settings: Settings;
  status: Status | undefined;
  found: ReadonlySet<FieldId>;
}

function SectionFields(props: FieldsProps): ReactNode {
  switch (props.id) {
    case "look":
      return <Look {...props} />;
    case "capture":
      return <Capture {...props} />;
    case "secrets":
      return <Secrets {...props} />;
    case "window":
      return <Window {...props} />;
    case "data":
      return <Data {...props} />;
    case "doctor":
      return <Doctor />;
    case "about":
      return <About {...props} />;
  }
}

function Look({ settings }: FieldsProps) {
  const patch = usePatchSettings();
  return (
    <Choice<Theme>
      legend="Theme"
      value={settings.theme}
      options={[
        { value: "system", label: "As the system" },
        { value: "light", label: "Light" },
        { value: "dark", label: "Dark" },
      ]}
      onChange={(theme) => patch({ theme })}
    />
  );
}

/** True when the capture server listens elsewhere than the settings say. */
export function movedAway(settings: Pick<Settings, "bind" | "port">, listening: string | null): boolean {
  if (listening === null) return false;
  const host = settings.bind.includes(":") ? `[${settings.bind}]` : settings.bind;
  const at = hostOf(listening);
  return settings.port === 0 ? !at.startsWith(`${host}:`) : at !== `${host}:${settings.port}`;
}

function Capture({ settings, status, found }: FieldsProps) {
  const start = useRun("capture.start");
  const [capChanged, setCapChanged] = useState(false);
  const listening = status?.listening ?? null;
  const moved = movedAway(settings, listening);
  const listen = () =>
    start.mutate(
      { bind: null, port: null },
      {
        onSuccess: (now) => {
          setCapChanged(false);
          toast({ id: "listening", title: now.listening ? `Listening on ${hostOf(now.listening)}` : "Not listening" });
        },
        onError: toastFailure,
      },
    );
  return (
    <>
      {found.has("public_url") ? (
        <SavedField
          id="public_url"
          label="Public address"
          hint="Where others reach the capture server: the address of your tunnel. New endpoints and inboxes show it."
          value={settings.public_url ?? ""}
          placeholder="https://blue-heron.example.com"
          check={(text) =>
            text.trim() === "" || /^https?:\/\/[^/\s]+/.test(text.trim())
              ? undefined
              : "An http or https address, or nothing."
          }
          patch={(text) => ({ public_url: text })}
        />
      ) : null}
      {found.has("bind") || found.has("port") ? (
        <div className={pageStyles.two}>
          {found.has("bind") ? (
            <SavedField
              id="bind"
              label="Listen on"
              hint={
                isOpen(settings.bind) ? "Others in the network can send to it." : "Only this machine can send to it."
              }
              value={settings.bind}
              check={bindProblem}
              patch={(text) => ({ bind: text })}
            />
          ) : null}
          {found.has("port") ? (
            <SavedField
              id="port"
              label="Port"
              hint="0 picks a free one."
              value={String(settings.port)}
              check={portProblem}
              patch={(text) => ({ port: Number(text) })}
            />
          ) : null}
        </div>
      ) : null}
      {found.has("body_cap") ? (
        <SavedField
          id="body_cap"
          label="Largest body"
          hint="What is longer is answered 413 and kept up to here."
          value={bytesText(settings.body_cap)}
          check={capProblem}
          patch={(text) => ({ body_cap: bytesOf(text) ?? settings.body_cap })}
          onSaved={() => setCapChanged(true)}
        />
      ) : null}
      {moved || capChanged || listening === null ? (
        <Strip
          tone={listening === null ? "bad" : "warn"}
          action={
            <Button small busy={start.isPending} onClick={listen}>
              {listening === null ? "Listen" : "Listen anew"}
            </Button>
          }
        >
          {listening === null ? (
            <>
              <b>Not listening.</b> {status?.listen_failure?.message ?? "It was stopped."}
            </>
          ) : (
            <>
              <b>Not in effect yet.</b> It still listens on <span className="mono">{hostOf(listening)}</span> with what
              was set when it began. Listening anew breaks off requests that are under way.
            </>
          )}
        </Strip>
      ) : null}
    </>
  );
}

export function vaultStateWords(state: VaultState | null): {
  word: string;
  tone: "ok" | "bad" | "warn" | "none";
  detail: string;
} {
  switch (state?.state) {
    case undefined:
      return { word: "Not asked yet", tone: "none", detail: "It is asked when a secret is first needed." };
    case "working":
      return { word: "Works", tone: "ok", detail: "A secret can be stored and read." };
    case "locked":
      return { word: "Locked", tone: "bad", detail: state.detail };
    case "missing":
      return { word: "Not there", tone: "bad", detail: state.detail };
    case "hanging":
      return {
        word: "Does not answer",
        tone: "bad",
        detail: `It was waited for ${Math.round(state.waited_ms / 1000)} s. Look for its password window.`,
      };
    case "failed":
      return { word: "Refused", tone: "bad", detail: state.detail };
  }
}

function Secrets({ settings, status, found }: FieldsProps) {
  const patch = usePatchSettings();
  const check = useRun("vault.check");
  const vault = status?.vault;
  const state = vaultStateWords(vault?.state ?? null);
  const kinds: { value: VaultKind; label: string; hint: string }[] = [
    { value: "keychain", label: "The system's keychain", hint: "Unlocked with your login. Best where it works." },
    {
      value: "file",
      label: "An encrypted file",
      hint: "Under a passphrase, taken from WAYBILL_VAULT_PASSPHRASE at each start.",
    },
  ];
  if (settings.vault === "memory") {
    kinds.push({ value: "memory", label: "Memory only", hint: "Every secret is forgotten when Waybill ends." });
  }
  return (
    <>
      {found.has("vault") ? (
        <Choice<VaultKind>
          legend="Where secrets live"
          value={settings.vault}
          options={kinds}
          onChange={(next) => patch({ vault: next })}
        />
      ) : null}
      {vault && vault.kind !== settings.vault ? (
        <Strip>
          <b>In effect at the next start.</b> Secrets that are kept now stay where they are and are not carried over:
          enter them again there.
        </Strip>
      ) : null}
      {found.has("vault_state") ? (
        <div className={pageStyles.row} role="status">
          <Badge tone={state.tone}>{state.word}</Badge>
          <span className="muted" style={{ flex: "1 1 200px", overflowWrap: "anywhere" }}>
            {state.detail}
          </span>
          <Button busy={check.isPending} onClick={() => check.mutate({}, { onError: toastFailure })}>
            Check now
          </Button>
        </div>
      ) : null}
    </>
  );
}

function Window({ settings }: FieldsProps) {
  const patch = usePatchSettings();
  return (
    <Check
      label="Keep capturing when the window is closed"
      hint="Waybill stays in the tray. Otherwise closing the window ends it, and what is sent meanwhile does not arrive."
      checked={settings.close_to_tray}
      onChange={(on) => patch({ close_to_tray: on })}
    />
  );
}

function Data({ status, found }: FieldsProps) {
  if (status === undefined) return <Waiting lines={2} />;
  return (
    <>
      {found.has("data_dir") ? (
        <div className={pageStyles.section}>
          <span className="muted">Everything that is kept lies in one folder, but the secrets:</span>
          <Line end={<CopyButton text={status.data_dir} label="Copy the path" />}>{status.data_dir}</Line>
        </div>
      ) : null}
      {found.has("schemes") ? (
        <div className={pageStyles.row}>
          <span className="muted" style={{ flex: "1 1 200px" }}>
            How senders sign is described by schemes: those that come with Waybill, and your own.
          </span>
          <Link to="/schemes" className={buttonStyles.button}>
            Open the schemes
          </Link>
        </div>
      ) : null}
      {found.has("size") ? (
        <div className={pageStyles.card}>
          <KeyValues
            entries={[
              ["Deliveries", count(status.totals.deliveries)],
              ["Heads and bodies", <Bytes key="bytes" size={status.totals.bytes} />],
              status.notice ? ["At the last start", status.notice] : null,
            ]}
          />
        </div>
      ) : null}
    </>
  );
}

function About({ status }: FieldsProps) {
  const platform = usePlatform();
  return (
    <div className={pageStyles.card}>
      <KeyValues
        entries={[
          ["Waybill", status?.version ?? ""],
          ["Licence", "MIT or Apache-2.0, as you like"],
          ["Window", platform.name],
          ["Network", "No account, no telemetry. Nothing leaves this machine unless you send it."],
        ]}
      />
    </div>
  );
}
