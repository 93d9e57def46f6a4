// A word on a ground. The colour repeats what the word says, never more.
import type { ReactNode } from "react";
import { cx } from "@/lib/cx";

export type Tone = "none" | "ok" | "bad" | "warn" | "info" | "accent";

export function Badge({ tone = "none", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={cx("badge", tone !== "none" && tone)} title={title}>
      {children}
    </span>
  );
}

/** A coloured point beside a word that says the same. */
export function Dot({ tone = "none" }: { tone?: Tone }) {
  return <span className={cx("dot", tone !== "none" && tone)} aria-hidden="true" />;
}
