// The signed text as a row of parts: added from a menu, changed in place, moved by button or by Alt and an arrow.
import { type KeyboardEvent, useId, useRef } from "react";
import { Button } from "@/components/Button";
import { X } from "@/components/icons";
import { Menu } from "@/components/Menu";
import { cx } from "@/lib/cx";
import styles from "./Editor.module.css";
import { ADDABLE, asks, colourOf, moved, PART_WORDS, type Part, type PartKind } from "./parts";

/** Shown instead of a sign that can't be seen, and typed by it. */
const seen = (text: string) => text.replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t");
const meant = (text: string) => text.replace(/\\([nrt])/g, (_, sign) => ({ n: "\n", r: "\r", t: "\t" })[sign as "n"]);

export function MessageParts({
  parts,
  idHeader,
  onChange,
}: {
  parts: readonly Part[];
  /** Proposed for a part that is an id. */
  idHeader: string;
  onChange: (parts: Part[]) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  const id = useId();
  // Later than the menu, which gives the focus back to its button.
  const focus = (at: number) =>
    setTimeout(() => {
      const chips = list.current?.querySelectorAll<HTMLElement>("[data-chip]");
      const chip = chips?.[Math.max(0, Math.min(at, chips.length - 1))];
      (chip?.querySelector<HTMLElement>("input") ?? chip)?.focus();
    }, 30);
  const add = (kind: PartKind) => {
    const value = kind === "text" ? "." : kind === "id" ? idHeader || "webhook-id" : "";
    onChange([...parts, { kind, value }]);
    focus(parts.length);
  };
  const move = (from: number, to: number) => {
    if (to < 0 || to >= parts.length) return;
    onChange(moved(parts, from, to));
    requestAnimationFrame(() => list.current?.querySelectorAll<HTMLElement>("[data-chip]")[to]?.focus());
  };
  const remove = (at: number) => {
    onChange(parts.filter((_, n) => n !== at));
    focus(at);
  };
  const key = (event: KeyboardEvent, at: number) => {
    if (event.altKey && event.key === "ArrowLeft") move(at, at - 1);
    else if (event.altKey && event.key === "ArrowRight") move(at, at + 1);
    else if ((event.key === "Delete" || event.key === "Backspace") && event.target === event.currentTarget) remove(at);
    else if (event.key === "ArrowRight" && event.target === event.currentTarget) focusChip(at + 1);
    else if (event.key === "ArrowLeft" && event.target === event.currentTarget) focusChip(at - 1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const focusChip = (at: number) => list.current?.querySelectorAll<HTMLElement>("[data-chip]")[at]?.focus();
  return (
    <div className={styles.message}>
      <span className={styles.messageLabel} id={id}>
        Signed text
      </span>
      <ul ref={list} className={styles.chips} aria-labelledby={id}>
        {parts.map((part, n) => {
          const words = PART_WORDS[part.kind];
          const what = asks(part.kind);
          const name = `${words.label}${part.value ? ` ${part.value}` : ""}, part ${n + 1} of ${parts.length}`;
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a part has no name but its place
            <li key={n}>
              <div
                role="group"
                tabIndex={0}
                data-chip=""
                aria-label={name}
                aria-keyshortcuts="Alt+ArrowLeft Alt+ArrowRight Delete"
                className={styles.chip}
                data-part={colourOf(part.kind)}
                title={words.hint}
                onKeyDown={(event) => key(event, n)}
              >
                <span className={cx(styles.chipLabel, part.kind === "text" && "sr")}>{words.label}</span>
                {what === undefined ? null : (
                  <input
                    type="text"
                    aria-label={what}
                    placeholder={part.kind === "text" ? "text" : what}
                    value={part.kind === "text" ? seen(part.value) : part.value}
                    size={Math.max(part.kind === "text" ? 2 : 10, seen(part.value).length + 1)}
                    spellCheck={false}
                    autoComplete="off"
                    onChange={(event) => {
                      const value = part.kind === "text" ? meant(event.target.value) : event.target.value;
                      onChange(parts.map((one, at) => (at === n ? { ...one, value } : one)));
                    }}
                  />
                )}
                <span className={styles.chipActs}>
                  <button
                    type="button"
                    aria-label={`Move ${words.label} left`}
                    title="Move left (Alt+←)"
                    aria-disabled={n === 0}
                    onClick={() => move(n, n - 1)}
                  >
                    ‹
                  </button>
                  <button
                    type="button"
                    aria-label={`Move ${words.label} right`}
                    title="Move right (Alt+→)"
                    aria-disabled={n === parts.length - 1}
                    onClick={() => move(n, n + 1)}
                  >
                    ›
                  </button>
                  <button
                    type="button"
                    aria-label={`Remove ${words.label}`}
                    title="Remove (Del)"
                    onClick={() => remove(n)}
                  >
                    <X size={12} aria-hidden="true" />
                  </button>
                </span>
              </div>
            </li>
          );
        })}
        <li>
          <Menu
            trigger={
              <Button small aria-label="Add a part to the signed text">
                + Add
              </Button>
            }
            entries={ADDABLE.map((kind) => ({
              label: PART_WORDS[kind].label,
              run: () => add(kind),
            }))}
          />
        </li>
      </ul>
      {parts.length === 0 ? (
        <span className={styles.problem}>Nothing is signed yet: add the body, at least.</span>
      ) : null}
    </div>
  );
}
