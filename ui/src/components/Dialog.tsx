// Dialogs and side panels. Both take the focus, give it back, close with Esc, and scroll inside.
import { Dialog as Base } from "@base-ui/react/dialog";
import type { FormEvent, ReactNode, RefObject } from "react";
import { cx } from "@/lib/cx";
import { Button } from "./Button";
import styles from "./Dialog.module.css";
import { X } from "./icons";

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** One sentence under the title. */
  about?: ReactNode;
  children?: ReactNode;
  /** Buttons, the main one last. */
  foot?: ReactNode;
  /** In pixels. */
  width?: number;
  /** False: neither Esc, a click beside nor the cross closes it (custody of a secret). */
  closable?: boolean;
  /** Makes the whole a form. */
  onSubmit?: () => void;
  initialFocus?: RefObject<HTMLElement | null>;
}

function Frame({ side, ...props }: DialogProps & { side?: boolean }) {
  const { open, onClose, title, about, children, foot, width, closable = true, onSubmit, initialFocus } = props;
  const inside = (
    <>
      <div className={styles.head}>
        <div>
          <Base.Title render={<h2 />}>{title}</Base.Title>
          {about ? <Base.Description render={<p />}>{about}</Base.Description> : null}
        </div>
        {closable ? (
          <Button tone="ghost" icon small label="Close" onClick={onClose}>
            <X size={15} />
          </Button>
        ) : null}
      </div>
      <div className={styles.body}>{children}</div>
      <div className={styles.foot}>{foot}</div>
    </>
  );
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        if (!next && closable) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          className={cx(styles.dialog, side && styles.side)}
          style={width ? ({ "--dialog-width": `${width}px` } as never) : undefined}
          {...(initialFocus ? { initialFocus } : {})}
        >
          {onSubmit ? (
            <form
              className={styles.form}
              noValidate
              onSubmit={(event: FormEvent) => {
                event.preventDefault();
                onSubmit();
              }}
            >
              {inside}
            </form>
          ) : (
            inside
          )}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

export function Dialog(props: DialogProps) {
  return <Frame {...props} />;
}

/** A dialog along the right edge, for forms with many fields. */
export function SidePanel(props: DialogProps) {
  return <Frame {...props} side />;
}

/** Asks once, with the consequence in the text. The harmless answer has the focus. */
export function Confirm({
  open,
  title,
  children,
  yes,
  danger,
  busy,
  onYes,
  onNo,
}: {
  open: boolean;
  title: ReactNode;
  children: ReactNode;
  yes: string;
  danger?: boolean;
  busy?: boolean;
  onYes: () => void;
  onNo: () => void;
}) {
  return (
    <Dialog
      open={open}
      onClose={onNo}
      title={title}
      foot={
        <>
          <Button onClick={onNo}>Cancel</Button>
          <Button tone={danger ? "danger-primary" : "primary"} busy={busy ?? false} onClick={onYes}>
            {yes}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
