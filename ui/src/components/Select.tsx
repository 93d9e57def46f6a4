// One of a list. For long or open lists take Combobox.
import { Select as Base } from "@base-ui/react/select";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { Field } from "./Field";
import fieldStyles from "./Field.module.css";
import { Check, ChevronDown } from "./icons";
import styles from "./Popup.module.css";

export interface Option<T extends string> {
  value: T;
  label: string;
  hint?: string;
}

interface SelectProps<T extends string> {
  label: ReactNode;
  hint?: ReactNode;
  problem?: string | undefined;
  optional?: boolean;
  value: T;
  options: readonly Option<T>[];
  onChange: (value: T) => void;
  disabled?: boolean;
}

export function Select<T extends string>({
  label,
  hint,
  problem,
  optional,
  value,
  options,
  onChange,
  disabled,
}: SelectProps<T>) {
  const shown = options.find((option) => option.value === value);
  return (
    <Field
      label={label}
      hint={hint}
      problem={problem}
      optional={optional ?? false}
      render={(ties) => (
        <Base.Root
          value={value}
          onValueChange={(next) => onChange(next as T)}
          disabled={disabled ?? false}
          items={[...options]}
        >
          <Base.Trigger
            {...ties}
            aria-labelledby={`${ties.id}-label ${ties.id}`}
            className={cx(fieldStyles.input, fieldStyles.words, styles.trigger)}
          >
            <Base.Value className="cut">{shown?.label ?? "Choose…"}</Base.Value>
            <Base.Icon>
              <ChevronDown size={14} />
            </Base.Icon>
          </Base.Trigger>
          <Base.Portal>
            <Base.Positioner className={styles.positioner} sideOffset={4} alignItemWithTrigger={false}>
              <Base.Popup className={styles.popup}>
                {options.map((option) => (
                  <Base.Item key={option.value} value={option.value} className={styles.item}>
                    <span className={styles.mark}>
                      <Base.ItemIndicator>
                        <Check size={14} />
                      </Base.ItemIndicator>
                    </span>
                    <Base.ItemText>{option.label}</Base.ItemText>
                    {option.hint ? <span className={styles.end}>{option.hint}</span> : null}
                  </Base.Item>
                ))}
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        </Base.Root>
      )}
    />
  );
}
