// Ctrl/Cmd K: every action, inbox, connection and replay by name, and a delivery by its id.
import { Dialog } from "@base-ui/react/dialog";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { type Action, useAllActions } from "@/app/actions/registry";
import dialogStyles from "@/components/Dialog.module.css";
import { Kbd } from "@/components/Kbd";
import { rank } from "@/lib/rank";
import styles from "./Palette.module.css";

const LIMIT = 60;
/** What a delivery's id looks like. */
const DELIVERY_ID = /^(d-?)?[0-9a-f][0-9a-f-]{0,40}$|^d-\S+$/i;

function find(actions: readonly Action[], typed: string): Action[] {
  const offered = actions.filter((action) => action.palette !== false);
  if (typed.trim() === "") return offered.slice(0, LIMIT);
  return offered
    .flatMap((action) => {
      const score = rank(`${action.label} ${action.group} ${action.words ?? ""}`, typed);
      return score === null ? [] : [{ action, score: score + (rank(action.label, typed) ?? 0) }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, LIMIT)
    .map((entry) => entry.action);
}

function Inside({ onClose }: { onClose: () => void }) {
  const actions = useAllActions();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
  const found = find(actions, typed);
  const words = typed.trim();
  if (DELIVERY_ID.test(words) && words.length > 1) {
    found.unshift({
      id: "palette-delivery",
      label: `Open delivery ${words}`,
      group: "Deliveries",
      run: () => void navigate({ to: "/", search: { id: words } }),
    });
  }
  if (words !== "") {
    found.push({
      id: "palette-search",
      label: `Search deliveries for “${words}”`,
      group: "Deliveries",
      run: () => void navigate({ to: "/", search: { q: words } }),
    });
  }
  const active = Math.min(at, found.length - 1);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const choose = (action: Action | undefined) => {
    if (action === undefined || action.enabled === false || typeof action.enabled === "string") return;
    onClose();
    // After the dialog has given the focus back, so that the action can move it.
    setTimeout(action.run, 0);
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step !== undefined) {
      setAt(Math.min(found.length - 1, Math.max(0, active + step)));
      event.preventDefault();
    } else if (event.key === "Enter") {
      choose(found[active]);
      event.preventDefault();
    }
  };
  return (
    <>
      <input
        className={styles.input}
        role="combobox"
        aria-label="Search or run a command"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
        aria-autocomplete="list"
        placeholder="Command, inbox, connection, or the id of a delivery"
        spellCheck={false}
        autoComplete="off"
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setAt(0);
        }}
        onKeyDown={key}
      />
      <div className={styles.list} role="listbox" aria-label="Commands" id={`${id}-list`} ref={list} tabIndex={-1}>
        {found.map((action, index) => {
          const off = action.enabled === false || typeof action.enabled === "string";
          return (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the input has the focus and the keys
            <div
              key={action.id}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === active}
              aria-disabled={off || undefined}
              className={styles.item}
              onPointerMove={() => setAt(index)}
              onClick={() => choose(action)}
            >
              <span className="cut">{action.label}</span>
              {typeof action.enabled === "string" ? <span className={styles.why}>{action.enabled}</span> : null}
              <span className={styles.group}>{action.group}</span>
              {action.keys?.[0] ? <Kbd chord={action.keys[0]} /> : null}
            </div>
          );
        })}
      </div>
    </>
  );
}

export function Palette({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Dialog.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Dialog.Portal>
        <Dialog.Backdrop className={dialogStyles.backdrop} />
        <Dialog.Popup className={styles.popup} aria-label="Commands">
          <Inside onClose={onClose} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
