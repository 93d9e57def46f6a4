// A button. One that can't act now stays reachable and says why; one that works says so without moving.
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { keysOf, useAction } from "@/app/actions/registry";
import { useLate } from "@/app/host";
import { cx } from "@/lib/cx";
import styles from "./Button.module.css";
import { Kbd } from "./Kbd";

export interface ButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  tone?: "plain" | "primary" | "ghost" | "danger" | "danger-primary";
  small?: boolean;
  /** Only an icon inside: `label` is its name and tooltip. */
  icon?: boolean;
  label?: string;
  /** True, or why it can't act now. */
  disabled?: boolean | string | undefined;
  busy?: boolean;
  ref?: Ref<HTMLButtonElement> | undefined;
  children?: ReactNode;
}

export function Button({
  tone = "plain",
  small,
  icon,
  label,
  disabled,
  busy = false,
  className,
  onClick,
  title,
  children,
  ...rest
}: ButtonProps) {
  const late = useLate(busy);
  const off = Boolean(disabled) || busy;
  const why = typeof disabled === "string" ? disabled : undefined;
  return (
    <button
      type="button"
      {...rest}
      aria-label={label ?? rest["aria-label"]}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      title={why ?? title ?? label}
      onClick={(event) => {
        if (off) {
          event.preventDefault();
          return;
        }
        onClick?.(event);
      }}
      className={cx(
        styles.button,
        tone === "primary" && styles.primary,
        tone === "ghost" && styles.ghost,
        tone === "danger" && styles.danger,
        tone === "danger-primary" && cx(styles.danger, styles.primary),
        small && styles.small,
        icon && styles.icon,
        late && styles.busy,
        className,
      )}
    >
      {children}
    </button>
  );
}

/** The button of a registered action: label, keys, and the reason why not come from the registry. */
export function ActionButton({
  id,
  showKeys,
  children,
  ...rest
}: { id: string; showKeys?: boolean } & Omit<ButtonProps, "onClick" | "disabled" | "id">) {
  const action = useAction(id);
  const keys = action?.keys?.[0];
  const label = action?.label ?? "";
  return (
    <Button
      {...rest}
      disabled={
        action === undefined || action.enabled === false ? true : action.enabled === true ? false : action.enabled
      }
      title={keys ? `${label} (${keysOf(keys).join("+")})` : label}
      aria-keyshortcuts={keys?.replace("Mod", "Control")}
      onClick={() => action?.run()}
    >
      {children ?? label}
      {showKeys && keys ? <Kbd chord={keys} inherit /> : null}
    </Button>
  );
}
