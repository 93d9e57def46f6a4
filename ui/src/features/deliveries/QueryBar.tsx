// The query bar: chips while typing, completion of fields and of values seen, faults underlined. A query is applied as
// soon as it makes sense; while it does not, the last one that did stays applied.
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
  useState,
} from "react";
import { usePlatform } from "@/app/host";
import { Button } from "@/components/Button";
import { X } from "@/components/icons";
import type { Completion, Failure } from "@/generated/api";
import { cx } from "@/lib/cx";
import styles from "./QueryBar.module.css";
import { charactersOf, pieces, unitsOf } from "./query-text";

/** How long to wait after the last key before a query is tried, and before its fault is shown, in milliseconds. */
const TRY_AFTER = 160;
const SHOW_FAULT_AFTER = 700;

export interface QueryBarHandle {
  focus: () => void;
}

interface QueryBarProps {
  query: string;
  fault: Failure | null;
  /** Tries a query; the answer comes as `query` or `fault`. */
  onTry: (text: string) => void;
  onLeave: () => void;
  children?: ReactNode;
  ref?: Ref<QueryBarHandle>;
}

function faultRange(fault: Failure | null, text: string): [number, number] | null {
  const { start, end } = (fault?.details ?? {}) as { start?: unknown; end?: unknown };
  if (typeof start !== "number" || typeof end !== "number") return null;
  const from = unitsOf(text, start);
  return [Math.min(from, Math.max(0, text.length - 1)), Math.max(unitsOf(text, end), from + 1)];
}

/** The text with chips, and the faulty place underlined, in the same places as the input's own letters. */
function Mirror({ text, wrong }: { text: string; wrong: [number, number] | null }) {
  return pieces(text).map((piece) => {
    const end = piece.start + piece.text.length;
    const from = wrong ? Math.min(end, Math.max(piece.start, wrong[0])) : end;
    const to = wrong ? Math.min(end, Math.max(piece.start, wrong[1])) : end;
    return (
      <span key={piece.start} className={piece.chip ? styles.chip : undefined}>
        {text.slice(piece.start, from)}
        {to > from ? <span className={styles.fault}>{text.slice(from, to)}</span> : null}
        {text.slice(Math.max(from, to), end)}
      </span>
    );
  });
}

export function QueryBar({ query, fault, onTry, onLeave, children, ref }: QueryBarProps) {
  const platform = usePlatform();
  const [text, setText] = useState(query);
  const [patient, setPatient] = useState(false);
  // Proposals belong to the text they were asked for: their places mean nothing in another.
  const [proposals, setProposals] = useState<{ text: string; options: readonly Completion[] }>({
    text: "",
    options: [],
  });
  const { options } = proposals;
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const [taken, setTaken] = useState(false);
  const acceptLatest = useRef<(option: Completion) => void>(() => undefined);
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const trying = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asked = useRef(0);
  const tried = useRef(query);
  const id = useId();
  useImperativeHandle(ref, () => ({
    focus: () => {
      input.current?.focus();
      input.current?.select();
    },
  }));

  useEffect(() => {
    if (!taken || proposals.text !== text) return;
    setTaken(false);
    const first = proposals.options[0];
    if (first) acceptLatest.current(first);
  }, [taken, proposals, text]);

  // A filter that comes from elsewhere (the sidebar, back) replaces what was typed.
  useEffect(() => {
    if (query === tried.current) return;
    tried.current = query;
    setText(query);
  }, [query]);
  useEffect(() => () => clearTimeout(trying.current), []);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every key starts the wait anew
  useEffect(() => {
    setPatient(true);
    const timer = setTimeout(() => setPatient(false), SHOW_FAULT_AFTER);
    return () => clearTimeout(timer);
  }, [text]);

  const apply = (next: string, at_once = false) => {
    clearTimeout(trying.current);
    const run = () => {
      tried.current = next.trim();
      onTry(next.trim());
    };
    if (at_once) run();
    else trying.current = setTimeout(run, TRY_AFTER);
  };
  const propose = (next: string, caret: number) => {
    asked.current += 1;
    const ticket = asked.current;
    platform
      .call("deliveries.complete", { text: next, cursor: charactersOf(next, caret) })
      .then((found) => {
        if (ticket !== asked.current) return;
        setProposals({ text: next, options: found });
        setAt(-1);
        setOpen(found.length > 0 && document.activeElement === input.current);
      })
      .catch(() => setOpen(false));
  };
  const change = (next: string, caret: number) => {
    setText(next);
    apply(next);
    propose(next, caret);
  };
  /** Closes the proposals, also those that are still on their way. */
  const close = () => {
    asked.current += 1;
    setOpen(false);
  };
  const accept = (option: Completion) => {
    if (proposals.text !== text) return;
    const start = unitsOf(text, option.start);
    const end = unitsOf(text, option.end);
    // A value ends the filter; a field's name waits for its value.
    const rest = text.slice(end);
    const space = /[:.]$/.test(option.insert) || rest.startsWith(" ") ? "" : " ";
    const next = `${text.slice(0, start)}${option.insert}${space}${rest}`;
    const caret = start + option.insert.length + space.length;
    setText(next);
    close();
    apply(next, true);
    requestAnimationFrame(() => {
      input.current?.setSelectionRange(caret, caret);
      if (/[:.]$/.test(option.insert)) propose(next, caret);
    });
  };
  acceptLatest.current = accept;
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (!open) propose(text, input.current?.selectionStart ?? text.length);
      else setAt(at + step < -1 ? options.length - 1 : at + step >= options.length ? -1 : at + step);
    } else if (
      (event.key === "Enter" || event.key === "Tab") &&
      open &&
      !event.shiftKey &&
      (at >= 0 || event.key === "Tab")
    ) {
      event.preventDefault();
      const option = options[Math.max(0, at)];
      // Typed faster than the proposals came: the key is taken up when they are there.
      if (proposals.text !== text) setTaken(event.key === "Tab");
      else if (option) accept(option);
    } else if (event.key === "Enter") {
      close();
      setPatient(false);
      apply(text, true);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (open) close();
      else onLeave();
    }
  };
  // While proposals stand open the text is known to be unfinished.
  const shownFault = fault && !patient && !open ? fault : null;
  const wrong = faultRange(shownFault, text);
  return (
    <>
      <div className={styles.bar} role="search">
        <div className={styles.box} data-fault={shownFault !== null}>
          <div className={styles.mirror} ref={mirror} aria-hidden="true">
            <Mirror text={text} wrong={wrong} />
          </div>
          <input
            ref={input}
            role="combobox"
            aria-label="Filter deliveries"
            aria-expanded={open}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={open && at >= 0 ? `${id}-${at}` : undefined}
            aria-invalid={shownFault !== null || undefined}
            aria-describedby={shownFault ? `${id}-fault` : undefined}
            placeholder="add a filter or search text…"
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            value={text}
            onChange={(event) => change(event.target.value, event.target.selectionStart ?? event.target.value.length)}
            onFocus={(event) => propose(text, event.target.selectionStart ?? text.length)}
            onBlur={() => {
              close();
              setPatient(false);
            }}
            onKeyDown={key}
            onScroll={(event) => {
              if (mirror.current) mirror.current.scrollLeft = event.currentTarget.scrollLeft;
            }}
          />
          {text ? (
            <Button
              tone="ghost"
              small
              icon
              label="Clear the filter"
              className={styles.clear ?? ""}
              onClick={() => {
                setText("");
                apply("", true);
                input.current?.focus();
              }}
            >
              <X size={13} />
            </Button>
          ) : null}
        </div>
        {children}
        <div
          className={styles.popup}
          id={`${id}-list`}
          role="listbox"
          aria-label="Proposals"
          hidden={!open}
          ref={list}
          tabIndex={-1}
        >
          {options.map((option, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the focus and the keys
            <div
              key={`${option.insert}${option.label}`}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === at}
              className={cx(styles.option)}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => accept(option)}
            >
              <span className="mono cut">{option.label}</span>
              <span className="cut">{option.detail}</span>
            </div>
          ))}
        </div>
      </div>
      {shownFault ? (
        <div className={styles.message} id={`${id}-fault`} role="status">
          {shownFault.message} {shownFault.hint ?? "The last working filter stays applied."}
        </div>
      ) : null}
    </>
  );
}
