// Tabs with counts. Only the panel that is shown is mounted.
import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import { count as words } from "@/lib/format";
import { Dot, type Tone } from "./Badge";
import styles from "./Tabs.module.css";

export interface Tab<T extends string> {
  id: T;
  label: string;
  count?: number | undefined;
  dot?: Tone | undefined;
  content: ReactNode;
}

export function Tabs<T extends string>({
  label,
  tabs,
  value,
  onChange,
  className,
}: {
  label: string;
  tabs: readonly Tab<T>[];
  value: T;
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <Base.Root value={value} onValueChange={(next) => onChange(next as T)} className={cx(styles.root, className)}>
      <Base.List className={cx("tabs", styles.list)} aria-label={label} activateOnFocus>
        {tabs.map((tab) => (
          <Base.Tab key={tab.id} value={tab.id} className="tab">
            {tab.dot ? <Dot tone={tab.dot} /> : null}
            {tab.label}
            {tab.count !== undefined ? <span className={styles.count}>{words(tab.count)}</span> : null}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className={styles.panel}>
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
