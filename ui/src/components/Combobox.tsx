// Free text with proposals: a target, an event type, an inbox name that may be new.
import { Autocomplete } from "@base-ui/react/autocomplete";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { Field } from "./Field";
import fieldStyles from "./Field.module.css";
import styles from "./Popup.module.css";

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
  return (
    <Field
      label={label}
      hint={hint}
      problem={problem}
      optional={optional ?? false}
      render={(ties) => (
        <Autocomplete.Root items={[...options]} value={value} onValueChange={(next) => onChange(next)} openOnInputClick>
          <Autocomplete.Input
            {...ties}
            placeholder={placeholder}
            className={cx(fieldStyles.input)}
            spellCheck={false}
          />
          <Autocomplete.Portal>
            <Autocomplete.Positioner className={styles.positioner} sideOffset={4}>
              <Autocomplete.Popup className={styles.popup} hidden={options.length === 0}>
                <Autocomplete.Empty className={styles.empty} />
                <Autocomplete.List>
                  {(item: string) => (
                    <Autocomplete.Item key={item} value={item} className={cx(styles.item, "mono")}>
                      {item}
                    </Autocomplete.Item>
                  )}
                </Autocomplete.List>
              </Autocomplete.Popup>
            </Autocomplete.Positioner>
          </Autocomplete.Portal>
        </Autocomplete.Root>
      )}
    />
  );
}
