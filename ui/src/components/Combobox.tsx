// Free text with proposals: a target, an event type, an inbox name that may be new. Own instead of a primitive: those
// hide the rest of a form from assistive technology while proposals are open.
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { cx } from "@/lib/cx";
import styles from "./Combobox.module.css";
import { Field } from "./Field";
import fieldStyles from "./Field.module.css";

interface ComboboxProps {
  label: ReactNode;
  hint?: ReactNode;
  problem?: string | undefined;
  optional?: boolean;
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
  placeholder?: string;
}

export function Combobox({ label, hint, problem, optional, value, options, onChange, placeholder }: ComboboxProps) {
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(-1);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const typed = value.trim().toLowerCase();
  const found = options.filter((option) => option !== value && (typed === "" || option.toLowerCase().includes(typed)));
  const shown = open && found.length > 0;
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const choose = (option: string) => {
    onChange(option);
    setOpen(false);
    setAt(-1);
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      setOpen(true);
      setAt(shown ? (at + step + found.length) % found.length : step > 0 ? 0 : found.length - 1);
    } else if (event.key === "Enter" && shown && found[at] !== undefined) choose(found[at]);
    else if (event.key === "Escape" && shown) setOpen(false);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <Field
      label={label}
      hint={hint}
      problem={problem}
      optional={optional ?? false}
      render={(ties) => (
        <div className={styles.around}>
          <input
            {...ties}
            type="text"
            role="combobox"
            aria-expanded={shown}
            aria-controls={`${id}-list`}
            aria-autocomplete="list"
            aria-activedescendant={shown && at >= 0 ? `${id}-${at}` : undefined}
            className={cx(fieldStyles.input)}
            placeholder={placeholder}
            spellCheck={false}
            autoComplete="off"
            autoCapitalize="off"
            value={value}
            onChange={(event) => {
              onChange(event.target.value);
              setAt(-1);
              setOpen(true);
            }}
            onClick={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={key}
          />
          <div
            className={styles.list}
            id={`${id}-list`}
            role="listbox"
            aria-label="Proposals"
            hidden={!shown}
            ref={list}
            tabIndex={-1}
          >
            {found.map((option, n) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the focus and the keys
              <div
                key={option}
                id={`${id}-${n}`}
                role="option"
                aria-selected={n === at}
                className={cx(styles.option, "mono")}
                onPointerDown={(event) => event.preventDefault()}
                onClick={() => choose(option)}
              >
                {option}
              </div>
            ))}
          </div>
        </div>
      )}
    />
  );
}
