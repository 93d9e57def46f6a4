// Form fields: a label, the control, a hint, and the problem in the words of whoever found it.
import { type InputHTMLAttributes, type ReactNode, type Ref, type TextareaHTMLAttributes, useId } from "react";
import { cx } from "@/lib/cx";
import styles from "./Field.module.css";

interface Around {
  label: ReactNode;
  hint?: ReactNode;
  problem?: string | undefined;
  optional?: boolean;
  /** For words instead of data: the font of the interface. */
  words?: boolean;
}

/** Label, hint and problem around any control; `render` gets what ties them together. */
export function Field({
  label,
  hint,
  problem,
  optional,
  render,
}: Around & {
  render: (ties: { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined }) => ReactNode;
}) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", problem ? `${id}-problem` : ""].filter(Boolean).join(" ");
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id} id={`${id}-label`}>
        {label}
        {optional ? <span className={styles.optional}>(optional)</span> : null}
      </label>
      {render({ id, "aria-describedby": described || undefined, "aria-invalid": problem ? true : undefined })}
      {problem ? (
        <span className={styles.problem} id={`${id}-problem`} role="alert">
          {problem}
        </span>
      ) : null}
      {hint ? (
        <span className={styles.hint} id={`${id}-hint`}>
          {hint}
        </span>
      ) : null}
    </div>
  );
}

type TextProps = Around &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & {
    onChange: (value: string) => void;
    ref?: Ref<HTMLInputElement> | undefined;
  };

export function TextField({ label, hint, problem, optional, words, onChange, className, ...rest }: TextProps) {
  return (
    <Field
      label={label}
      hint={hint}
      problem={problem}
      optional={optional ?? false}
      render={(ties) => (
        <input
          type="text"
          autoComplete="off"
          autoCapitalize="off"
          autoCorrect="off"
          spellCheck={false}
          {...rest}
          {...ties}
          className={cx(styles.input, words && styles.words, className)}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    />
  );
}

type AreaProps = Around &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange"> & { onChange: (value: string) => void };

export function TextArea({ label, hint, problem, optional, words, onChange, className, ...rest }: AreaProps) {
  return (
    <Field
      label={label}
      hint={hint}
      problem={problem}
      optional={optional ?? false}
      render={(ties) => (
        <textarea
          spellCheck={false}
          rows={4}
          {...rest}
          {...ties}
          className={cx(styles.input, words && styles.words, className)}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    />
  );
}

interface CheckProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

export function Check({ label, hint, checked, onChange, disabled }: CheckProps) {
  const id = useId();
  return (
    <div className={styles.check}>
      <input
        className={styles.box}
        type="checkbox"
        id={id}
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <div>
        <label htmlFor={id}>
          <b>{label}</b>
        </label>
        {hint ? (
          <div className="muted" id={`${id}-hint`}>
            {hint}
          </div>
        ) : null}
      </div>
    </div>
  );
}

/** One of a few, each with room for a sentence. */
export function Choice<T extends string>({
  legend,
  value,
  options,
  onChange,
}: {
  legend: string;
  value: T;
  options: readonly { value: T; label: ReactNode; hint?: ReactNode }[];
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={legend} className={styles.field}>
      {options.map((option) => (
        <div className={styles.check} key={option.value}>
          <input
            className={cx(styles.box, styles.round)}
            type="radio"
            name={name}
            id={`${name}-${option.value}`}
            checked={option.value === value}
            aria-describedby={option.hint ? `${name}-${option.value}-hint` : undefined}
            onChange={() => onChange(option.value)}
          />
          <div>
            <label htmlFor={`${name}-${option.value}`}>
              <b>{option.label}</b>
            </label>
            {option.hint ? (
              <div className="muted" id={`${name}-${option.value}-hint`}>
                {option.hint}
              </div>
            ) : null}
          </div>
        </div>
      ))}
    </div>
  );
}
