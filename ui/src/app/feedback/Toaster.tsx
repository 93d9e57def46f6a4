// Shows the messages. F6 reaches them; a message that is being read does not leave.
import { useEffect, useState } from "react";
import { Button } from "@/components/Button";
import { X } from "@/components/icons";
import { cx } from "@/lib/cx";
import styles from "./Toaster.module.css";
import { dismiss, type Toast, useToasts } from "./toasts";

function One({ toast, held }: { toast: Toast; held: boolean }) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same message again starts the time anew
  useEffect(() => {
    if (toast.lasts === undefined || held) return;
    const timer = setTimeout(() => dismiss(toast.id), toast.lasts);
    return () => clearTimeout(timer);
  }, [toast.id, toast.lasts, toast.times, held]);
  return (
    <div className={cx(styles.toast, toast.tone === "bad" && styles.bad, toast.tone === "info" && styles.info)}>
      <div className={styles.words} role={toast.tone === "bad" ? "alert" : "status"}>
        <b>{toast.title}</b>
        {toast.times > 1 ? <span className="muted"> ×{toast.times}</span> : null}
        {toast.detail ? <p>{toast.detail}</p> : null}
      </div>
      {toast.action ? (
        <Button
          onClick={() => {
            dismiss(toast.id);
            toast.action?.run();
          }}
        >
          {toast.action.label}
        </Button>
      ) : null}
      <Button tone="ghost" small icon label="Dismiss" onClick={() => dismiss(toast.id)}>
        <X size={14} />
      </Button>
    </div>
  );
}

export function Toaster() {
  const toasts = useToasts();
  const [held, setHeld] = useState(false);
  return (
    <section
      className={styles.region}
      aria-label="Messages"
      data-pane={toasts.length > 0 ? "messages" : undefined}
      tabIndex={-1}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {toasts.map((toast) => (
        <One key={toast.id} toast={toast} held={held} />
      ))}
    </section>
  );
}
