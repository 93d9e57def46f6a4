// The file's text with its line numbers; a fault stands at its line, and a press on it puts the cursor there.
import { useId, useRef } from "react";
import type { Fault } from "@/generated/api";
import { plain } from "@/lib/plain";
import styles from "./Editor.module.css";

/** Where a line and column, both from 1, lie in the text. */
export function positionOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let n = 1; n < line; n += 1) {
    const next = text.indexOf("\n", at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  const end = text.indexOf("\n", at);
  return Math.min(at + Math.max(0, column - 1), end < 0 ? text.length : end);
}

export function TomlText({
  text,
  faults,
  onChange,
}: {
  text: string;
  faults: readonly Fault[];
  onChange: (text: string) => void;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  const gutter = useRef<HTMLDivElement>(null);
  const id = useId();
  const lines = text.split("\n").length;
  const wrong = new Set(faults.map((fault) => fault.line));
  const go = (fault: Fault) => {
    const element = area.current;
    if (!element) return;
    const at = positionOf(text, fault.line, fault.column);
    element.focus();
    element.setSelectionRange(at, at);
  };
  return (
    <div className={styles.toml}>
      <label htmlFor={id} className={styles.messageLabel}>
        The file's text
      </label>
      <div className={styles.editor} data-wrong={faults.length > 0}>
        <div className={styles.gutter} ref={gutter} aria-hidden="true">
          {Array.from({ length: lines }, (_, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the number is the line
            <span key={n} data-wrong={wrong.has(n + 1)}>
              {wrong.has(n + 1) ? "▸" : ""}
              {n + 1}
            </span>
          ))}
        </div>
        <textarea
          id={id}
          ref={area}
          wrap="off"
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          value={text}
          rows={Math.min(34, Math.max(14, lines + 1))}
          aria-invalid={faults.length > 0 || undefined}
          aria-describedby={faults.length > 0 ? `${id}-faults` : undefined}
          onScroll={(event) => {
            if (gutter.current) gutter.current.scrollTop = event.currentTarget.scrollTop;
          }}
          onChange={(event) => onChange(event.target.value)}
        />
      </div>
      <Faults id={`${id}-faults`} faults={faults} onGo={go} />
    </div>
  );
}

export function Faults({
  id,
  faults,
  onGo,
}: {
  id?: string;
  faults: readonly Fault[];
  onGo?: ((fault: Fault) => void) | undefined;
}) {
  return (
    <div id={id} role="status">
      {faults.length > 0 ? (
        <ul className={styles.faults}>
          {faults.map((fault) => (
            <li key={`${fault.line}:${fault.column}:${fault.message}`}>
              {onGo ? (
                <button type="button" onClick={() => onGo(fault)}>
                  Line {fault.line}, column {fault.column}
                </button>
              ) : null}
              <span>{plain(fault.message)}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
