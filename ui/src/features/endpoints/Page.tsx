// The frame that all views with a list and a detail share: head, notes, list at the left, what is open at the right.
// In a narrow window the detail is a page of its own.
import type { ReactNode } from "react";
import { Button } from "@/components/Button";
import { Splitter, useSplit } from "@/components/Splitter";
import { useNow } from "@/components/Time";
import { cx } from "@/lib/cx";
import { exact, millis, relative } from "@/lib/format";
import styles from "./Page.module.css";

interface PageProps {
  /** Names the remembered width of the detail. */
  id: string;
  title: string;
  /** Stands beside the title: counts, how fresh it is. */
  about?: ReactNode;
  /** Buttons at the right of the head, the main one last. */
  actions?: ReactNode;
  /** Findings and failures, above the list. */
  notes?: ReactNode;
  children: ReactNode;
  /** What is open; null: the list takes the whole width. */
  detail?: ReactNode;
  detailLabel?: string;
  /** Width of the detail at first, in pixels. */
  detailWidth?: number;
  onBack?: () => void;
}

export function Page({
  id,
  title,
  about,
  actions,
  notes,
  children,
  detail,
  detailLabel,
  detailWidth = 572,
  onBack,
}: PageProps) {
  const split = useSplit(id, detailWidth, 360, 900);
  const open = detail !== undefined && detail !== null;
  return (
    <div className={styles.page}>
      <div className={styles.split} data-detail={open} style={{ "--detail": `${split.size}px` } as never}>
        <section className={styles.list} aria-label={title} data-pane="list">
          <div className={styles.top}>
            <h1>{title}</h1>
            {about ? <span className={styles.about}>{about}</span> : null}
            {actions ? <div className={styles.end}>{actions}</div> : null}
          </div>
          <div className={styles.notes}>{notes}</div>
          <h2 className="sr">All {title.toLowerCase()}</h2>
          {children}
        </section>
        {open ? (
          <>
            <div className={styles.bar}>
              <Splitter split={split} label={`Width of ${detailLabel ?? "the detail"}`} reverse />
            </div>
            <section className={styles.detail} aria-label={detailLabel} data-pane="detail">
              {onBack ? <NarrowBack onBack={onBack} title={title} /> : null}
              {detail}
            </section>
          </>
        ) : null}
      </div>
    </div>
  );
}

/** Only seen where the list is hidden. An element always stands there, so the rows of the grid stay the same. */
function NarrowBack({ onBack, title }: { onBack: () => void; title: string }) {
  return (
    <div>
      <h1 className={cx("sr", styles.back)}>{title}</h1>
      <Button tone="ghost" className={styles.back ?? ""} onClick={onBack}>
        ← {title}
      </Button>
    </div>
  );
}

/** A note across the page: what is the matter, and what can be done about it. */
export function Strip({
  tone = "warn",
  children,
  action,
  alert,
}: {
  tone?: "warn" | "bad" | "info" | "ok";
  children: ReactNode;
  action?: ReactNode;
  alert?: boolean;
}) {
  return (
    <div className={styles.strip} data-tone={tone} role={alert ? "alert" : undefined}>
      <div>{children}</div>
      {action}
    </div>
  );
}

export function Section({ title, end, children }: { title: ReactNode; end?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h3>
        {title}
        {end ? <span className={styles.end}>{end}</span> : null}
      </h3>
      {children}
    </section>
  );
}

/** How long ago something was done; what was done this very moment is never in the future. */
export function Ago({ at }: { at: string }) {
  const now = useNow();
  const words = relative(at, Math.max(now, millis(at)));
  return (
    <time dateTime={at} title={exact(at)}>
      {words === "now" ? "just now" : words}
    </time>
  );
}

/** Data in one line with a button beside it. */
export function Line({ children, end, className }: { children: ReactNode; end?: ReactNode; className?: string }) {
  return (
    <div className={cx(styles.line, className)}>
      <span className="mono">{children}</span>
      {end}
    </div>
  );
}

export { styles as pageStyles };
