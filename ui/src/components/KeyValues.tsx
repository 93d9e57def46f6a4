// A card of facts.
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";
import styles from "./KeyValues.module.css";

/** `data`: the values are data and stand in the fixed font. Entries that are null are left out. */
export function KeyValues({
  entries,
  data,
}: {
  entries: readonly (readonly [string, ReactNode] | null)[];
  data?: boolean;
}) {
  return (
    <dl className={cx(styles.kv, data && styles.data)}>
      {entries.map((entry) =>
        entry === null ? null : (
          <div key={entry[0]} style={{ display: "contents" }}>
            <dt>{entry[0]}</dt>
            <dd>{entry[1]}</dd>
          </div>
        ),
      )}
    </dl>
  );
}
