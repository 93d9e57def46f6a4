// Which event types: every one, said in the provider's own way, or some, under their families, with search. The set is
// open: a word that is not in the catalogue can be added.
import { type KeyboardEvent, useId, useState } from "react";
import { Button } from "@/components/Button";
import { Choice } from "@/components/Field";
import type { ProviderInfo } from "@/generated/api";
import { counted } from "@/lib/format";
import styles from "./EventPicker.module.css";
import { allWords, groupsOf } from "./form";

interface EventPickerProps {
  provider: ProviderInfo;
  all: boolean;
  events: readonly string[];
  problem?: string | undefined;
  onChange: (patch: { all?: boolean; events?: string[] }) => void;
}

export function EventPicker({ provider, all, events, problem, onChange }: EventPickerProps) {
  const id = useId();
  return (
    <fieldset className={styles.wrap} aria-describedby={problem ? `${id}-problem` : undefined}>
      <legend className={styles.label}>Event types</legend>
      <Choice
        legend="Event types"
        value={all ? "all" : "some"}
        options={[
          { value: "all", label: "Every event type", hint: allWords(provider.all_events) },
          { value: "some", label: events.length > 0 ? `Only these (${events.length})` : "Only these" },
        ]}
        onChange={(value) => onChange({ all: value === "all" })}
      />
      {all ? null : <Types provider={provider} events={events} onChange={(next) => onChange({ events: next })} />}
      {problem ? (
        <span className={styles.problem} id={`${id}-problem`} role="alert">
          {problem}
        </span>
      ) : null}
      {provider.events_note ? <p className="muted">{provider.events_note}</p> : null}
    </fieldset>
  );
}

function Types({
  provider,
  events,
  onChange,
}: {
  provider: ProviderInfo;
  events: readonly string[];
  onChange: (events: string[]) => void;
}) {
  const [typed, setTyped] = useState("");
  const [word, setWord] = useState("");
  const chosen = new Set(events);
  const groups = groupsOf(provider.events, events, typed);
  const shown = groups.flatMap((group) => group.types);
  const first = shown[0];

  const put = (names: readonly string[], on: boolean) => {
    const without = events.filter((event) => !names.includes(event));
    onChange(on ? [...without, ...names] : without);
  };
  const add = () => {
    const name = word.trim();
    if (name !== "" && !chosen.has(name)) put([name], true);
    setWord("");
  };
  // One tab stop for all boxes; the arrows go from one to the next.
  const key = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const boxes = [...event.currentTarget.querySelectorAll<HTMLInputElement>("input[type=checkbox]")];
    const next = boxes[boxes.indexOf(document.activeElement as HTMLInputElement) + step];
    if (next) next.focus();
    event.preventDefault();
  };
  return (
    <div className={styles.box}>
      <input
        className={styles.search}
        type="search"
        placeholder={`Search ${counted(provider.events.length, "event type")}`}
        aria-label="Search event types"
        value={typed}
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the boxes inside have the focus */}
      <div className={styles.scroll} onKeyDown={key}>
        {groups.length === 0 ? (
          <p className={styles.none}>
            {typed ? `No event type known here has “${typed}” in it. It can be added below.` : "None is known here."}
          </p>
        ) : null}
        {groups.map((group) => {
          const every = group.types.every((name) => chosen.has(name));
          return (
            <fieldset className={styles.group} key={group.name}>
              <legend className={styles.legend}>
                {group.name}
                <button
                  type="button"
                  aria-label={every ? `None of ${group.name}` : `All of ${group.name}`}
                  onClick={() => put(group.types, !every)}
                >
                  {every ? "none" : "all"}
                </button>
              </legend>
              <div className={styles.types}>
                {group.types.map((name) => (
                  <label className={styles.type} key={name} title={name}>
                    <input
                      type="checkbox"
                      className={styles.tick}
                      checked={chosen.has(name)}
                      tabIndex={name === first ? 0 : -1}
                      onChange={(event) => put([name], event.target.checked)}
                    />
                    <span className="mono">{name}</span>
                  </label>
                ))}
              </div>
            </fieldset>
          );
        })}
      </div>
      <div className={styles.foot}>
        <span aria-live="polite">{counted(events.length, "chosen", "chosen")}</span>
        <input
          value={word}
          placeholder="Another word of the provider's"
          aria-label="Add an event type that is not listed"
          spellCheck={false}
          onChange={(event) => setWord(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            add();
          }}
        />
        <Button small disabled={word.trim() === "" ? "Type the word first." : false} onClick={add}>
          Add
        </Button>
      </div>
    </div>
  );
}
