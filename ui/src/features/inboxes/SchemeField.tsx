// How the sender signs. The list is searched by what people call a scheme, too; what the last delivery looks like is
// proposed; what the scheme wants besides is said before it is missed.
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useAnswer } from "@/app/host";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { Field, TextField } from "@/components/Field";
import fieldStyles from "@/components/Field.module.css";
import { pageStyles as styles } from "@/features/endpoints/Page";
import { foundSchemes } from "@/features/schemes/found";
import { secretForm } from "@/features/schemes/reading";
import { Template } from "@/features/schemes/SignedText";
import { configWords } from "@/features/schemes/words";
import type { SchemeInfo, SchemeProposal } from "@/generated/api";
import { span } from "@/lib/format";
import { plain } from "@/lib/plain";
import own from "./SchemeField.module.css";

/** The ids to propose for what was typed: by title, id or header, the best first. */
export function proposals(schemes: readonly SchemeInfo[], typed: string): string[] {
  return foundSchemes(schemes, schemes.some((scheme) => scheme.id === typed) ? "" : typed).map((scheme) => scheme.id);
}

/** What of the configuration is still missing, by key. */
export function missingConfig(scheme: SchemeInfo | undefined, config: Record<string, string>): string[] {
  return (scheme?.config ?? []).filter((key) => (config[key] ?? "").trim() === "");
}

/** What the last delivery looks like, where that says something new. */
export function usefulProposal(found: readonly SchemeProposal[], chosen: string): SchemeProposal | undefined {
  const first = found[0];
  return first === undefined || first.scheme === chosen ? undefined : first;
}

interface SchemeFieldProps {
  value: string;
  schemes: readonly SchemeInfo[];
  problem: string | undefined;
  /** Whose last delivery is looked at; absent: there is none yet. */
  inbox?: string;
  onChange: (value: string) => void;
}

export function SchemeField({ value, schemes, problem, inbox, onChange }: SchemeFieldProps) {
  const navigate = useNavigate();
  const scheme = schemes.find((one) => one.id === value);
  const file = useAnswer("schemes.get", { id: value }, { enabled: scheme !== undefined }).data;
  const last = useAnswer(
    "deliveries.list",
    { query: `inbox:${inbox ?? ""}`, limit: 1, after: null },
    { enabled: inbox !== undefined, keep: true },
  ).data?.deliveries[0];
  const mine = last?.inbox === inbox ? last : undefined;
  const found =
    useAnswer("schemes.detect", { delivery: mine?.id ?? null, request_base64: null }, { enabled: mine !== undefined })
      .data ?? [];
  const proposal = usefulProposal(found, value);
  const wants = scheme && file?.info.id === scheme.id ? secretForm(file.text) : null;
  return (
    <div className={styles.section}>
      <SchemePicker
        value={value}
        schemes={schemes}
        problem={problem}
        known={scheme !== undefined}
        onChange={onChange}
      />
      {proposal ? (
        <div className={own.proposal} role="note">
          <div>
            The last delivery looks like <b>{plain(proposal.title)}</b>: {plain(proposal.reason)}
          </div>
          <Button small onClick={() => onChange(proposal.scheme)}>
            Use {proposal.scheme}
          </Button>
        </div>
      ) : null}
      {scheme ? (
        <div className={own.about}>
          <p>
            {plain(scheme.title)}: {scheme.algorithm}
            {scheme.signed_content ? (
              <>
                {" "}
                over <Template text={scheme.signed_content} />
              </>
            ) : null}
            , in <code>{plain(scheme.header)}</code>
            {scheme.tolerance_s === null ? "" : `, at most ${span(scheme.tolerance_s)} old`}.
            {scheme.unconfirmed ? " The provider's documents don't confirm it." : ""}
            {scheme.can_sign ? "" : " It can be verified here, not signed."} {plain(scheme.note.trim())}
          </p>
          {wants ? (
            <p>
              <b>Secret:</b> {wants}
            </p>
          ) : null}
        </div>
      ) : null}
      <div className={styles.row}>
        <button
          type="button"
          className={styles.link}
          onClick={() => void navigate({ to: "/schemes", search: { new: true, delivery: mine?.id } })}
        >
          Make your own scheme…
        </button>
        {scheme ? (
          <button
            type="button"
            className={styles.link}
            onClick={() => void navigate({ to: "/schemes", search: { id: scheme.id } })}
          >
            All about {scheme.id}
          </button>
        ) : null}
      </div>
    </div>
  );
}

/** What the scheme needs besides its secret, each key with its meaning. */
export function ConfigFields({
  scheme,
  config,
  onChange,
}: {
  scheme: SchemeInfo | undefined;
  config: Record<string, string>;
  onChange: (config: Record<string, string>) => void;
}) {
  const missing = missingConfig(scheme, config);
  return (
    <>
      {scheme?.config.map((key) => {
        const words = configWords(key);
        return (
          <TextField
            key={key}
            label={
              <>
                {words.label} <span className="mono">{key}</span>
              </>
            }
            hint={missing.includes(key) ? `${words.hint} Empty: the scheme does without, where it can.` : words.hint}
            placeholder={words.placeholder ?? ""}
            value={config[key] ?? ""}
            onChange={(next) => onChange({ ...config, [key]: next })}
          />
        );
      })}
    </>
  );
}

interface PickerProps {
  value: string;
  schemes: readonly SchemeInfo[];
  problem: string | undefined;
  known: boolean;
  onChange: (value: string) => void;
}

function SchemePicker({ value, schemes, problem, known, onChange }: PickerProps) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const found = foundSchemes(schemes, known ? "" : value);
  const shown = open && found.length > 0;
  useEffect(() => {
    if (at >= 0) list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const show = () => {
    if (open) return;
    setOpen(true);
    setAt(known ? found.findIndex((one) => one.id === value) : -1);
  };
  const choose = (next: string) => {
    onChange(next);
    setOpen(false);
    setAt(-1);
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 6, PageUp: -6 }[event.key];
    const active = found[at];
    if (step !== undefined && found.length > 0) {
      if (shown) setAt(Math.min(found.length - 1, Math.max(0, at + step)));
      else show();
    } else if (event.key === "Enter" && shown && active) choose(active.id);
    else if (event.key === "Escape" && shown) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Field
      label="Scheme"
      optional
      hint={known ? undefined : "How the sender signs. Empty: signatures are not checked."}
      problem={problem}
      render={(ties) => (
        <div className={own.around}>
          <input
            {...ties}
            type="text"
            role="combobox"
            aria-expanded={shown}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
            className={fieldStyles.input}
            placeholder="Search by provider, header or algorithm"
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            value={value}
            onChange={(event) => {
              onChange(event.target.value);
              setAt(-1);
              setOpen(true);
            }}
            onClick={show}
            onBlur={() => setOpen(false)}
            onKeyDown={key}
          />
          <div
            className={own.list}
            id={`${id}-list`}
            role="listbox"
            aria-label="Schemes"
            hidden={!shown}
            ref={list}
            tabIndex={-1}
          >
            {shown
              ? found.map((one, n) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the focus and the keys
                  <div
                    key={one.id}
                    id={`${id}-${n}`}
                    role="option"
                    aria-selected={n === at}
                    className={own.option}
                    onPointerDown={(event) => event.preventDefault()}
                    onClick={() => choose(one.id)}
                  >
                    <span>
                      <b>{plain(one.title)}</b> <span className="mono muted">{one.id}</span>
                    </span>
                    <span className="muted">
                      {one.algorithm} · <span className="mono">{plain(one.header)}</span>
                    </span>
                    {one.unconfirmed ? <Badge>unconfirmed</Badge> : null}
                  </div>
                ))
              : null}
          </div>
          {open && found.length === 0 && value.trim() !== "" ? (
            <span className={own.none} role="status">
              No scheme has “{value}” in its name, header or algorithm.
            </span>
          ) : null}
        </div>
      )}
    />
  );
}
