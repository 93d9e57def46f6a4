// A menu behind a button.
import { Menu as Base } from "@base-ui/react/menu";
import type { ReactElement } from "react";
import { cx } from "@/lib/cx";
import { Kbd } from "./Kbd";
import styles from "./Popup.module.css";

export interface MenuEntry {
  label: string;
  run: () => void;
  keys?: string;
  danger?: boolean;
  /** True, or why it can't be done now. */
  disabled?: boolean | string;
}

/** `"line"` separates groups. `trigger` is the button. */
export function Menu({ trigger, entries }: { trigger: ReactElement; entries: readonly (MenuEntry | "line")[] }) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} sideOffset={4} align="end">
          <Base.Popup className={styles.popup}>
            {entries.map((entry, at) =>
              entry === "line" ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a line has nothing else
                <Base.Separator key={at} className={styles.line} />
              ) : (
                <Base.Item
                  key={entry.label}
                  className={cx(styles.item, entry.danger && styles.danger)}
                  disabled={Boolean(entry.disabled)}
                  title={typeof entry.disabled === "string" ? entry.disabled : undefined}
                  onClick={entry.run}
                >
                  {entry.label}
                  {entry.keys ? <Kbd chord={entry.keys} /> : null}
                </Base.Item>
              ),
            )}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
