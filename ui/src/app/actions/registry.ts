// Every action exists once: what it is called, which keys it has, whether it can be done now and why not, and what it
// does. The palette, the help sheet, tooltips and keys are views of this list.
import { useEffect, useRef, useSyncExternalStore } from "react";

export interface Action {
  id: string;
  label: string;
  /** The heading it stands under in the palette and the help sheet. */
  group: string;
  /** Chords, each like `Mod+K`, `Shift+ArrowDown`, `R`, `?`. The first is shown. */
  keys?: readonly string[];
  /** True, or the reason why not. */
  enabled?: boolean | string;
  /** Further words by which the palette finds it. */
  words?: string;
  /** Keys act even while a text field has the focus (only for chords with Mod). */
  everywhere?: boolean;
  /** False: keys and help only, not in the palette (moving the selection). */
  palette?: boolean;
  run: () => void;
}

type Listener = () => void;

/** The list of actions. The one that was added last wins where two ask for the same id or key. */
export class Registry {
  #layers: Action[][] = [];
  #listeners = new Set<Listener>();
  #snapshot: readonly Action[] = [];

  add(actions: Action[]): () => void {
    this.#layers.push(actions);
    this.#changed();
    return () => {
      this.#layers = this.#layers.filter((layer) => layer !== actions);
      this.#changed();
    };
  }

  /** Every action once, later layers over earlier ones. */
  all = (): readonly Action[] => this.#snapshot;

  get(id: string): Action | undefined {
    return this.#snapshot.find((action) => action.id === id);
  }

  byChord(chord: string): Action | undefined {
    for (let layer = this.#layers.length - 1; layer >= 0; layer -= 1) {
      const found = this.#layers[layer]?.find((action) => action.keys?.some((keys) => normal(keys) === chord));
      if (found) return this.get(found.id) ?? found;
    }
    return undefined;
  }

  subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #changed(): void {
    const seen = new Map<string, Action>();
    for (const layer of this.#layers) for (const action of layer) seen.set(action.id, action);
    this.#snapshot = [...seen.values()];
    for (const listener of this.#listeners) listener();
  }
}

export const registry = new Registry();

const SHIFTED = /^[^a-zA-Z]$/;

/** The order of modifiers is fixed; a printed sign such as `?` stands for itself, whatever key makes it. */
function normal(chord: string): string {
  const parts = chord.split("+");
  const key = parts.pop() ?? "";
  const has = (name: string) => parts.includes(name);
  return `${has("Mod") ? "Mod+" : ""}${has("Alt") ? "Alt+" : ""}${has("Shift") ? "Shift+" : ""}${
    key.length === 1 ? key.toUpperCase() : key
  }`;
}

export const isMac = typeof navigator !== "undefined" && /mac/i.test(navigator.platform);

/** The chord of a key press, in the form of `Action.keys`. */
export function chordOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const mod = isMac ? event.metaKey : event.ctrlKey;
  const shift = event.shiftKey && !SHIFTED.test(event.key);
  return `${mod ? "Mod+" : ""}${event.altKey ? "Alt+" : ""}${shift ? "Shift+" : ""}${key}`;
}

const NAMES: Record<string, string> = {
  ArrowDown: "↓",
  ArrowUp: "↑",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  Delete: "Del",
};

/** The keys of a chord as they are printed on the keyboard. */
export function keysOf(chord: string): string[] {
  return normal(chord)
    .split("+")
    .map((part) => (part === "Mod" ? (isMac ? "⌘" : "Ctrl") : (NAMES[part] ?? part)));
}

/** True when a key press means text, not a command. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  if (!(target instanceof HTMLInputElement)) return false;
  return !["checkbox", "radio", "button", "submit", "range", "file"].includes(target.type);
}

/** Keys that a focused control uses itself. */
const OWN_KEYS = new Set(["Enter", "Space", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End"]);
const CONTROLS =
  'button, a[href], summary, input, [role="tab"], [role="menuitem"], [role="option"], [role="treeitem"], [role="separator"], [role="switch"], [role="checkbox"], [role="radio"], [role="combobox"], [role="slider"]';

/** Decides what a key press does; true when it was taken. */
export function handleKey(event: KeyboardEvent, actions: Registry = registry): boolean {
  if (event.defaultPrevented || event.isComposing) return false;
  const chord = chordOf(event);
  const action = actions.byChord(chord);
  if (action === undefined) return false;
  const target = event.target;
  if (isTyping(target) && !(action.everywhere && chord.startsWith("Mod+"))) return false;
  if (target instanceof Element) {
    // Inside a dialog or a menu only what is meant for everywhere acts.
    if (target.closest('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') && !action.everywhere)
      return false;
    if (OWN_KEYS.has(chord) && target.closest(CONTROLS)) return false;
  }
  if (action.enabled === false || typeof action.enabled === "string") return false;
  event.preventDefault();
  action.run();
  return true;
}

/** Offers actions while the caller is mounted. `run` may close over anything: the newest is called. */
export function useActions(actions: Action[]): void {
  const latest = useRef(actions);
  latest.current = actions;
  // Only what others see makes the list new: labels, keys, reasons.
  const shape = JSON.stringify(actions, (key, value) => (key === "run" ? undefined : value));
  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the actions
  useEffect(() => {
    const own = latest.current.map((action) => ({
      ...action,
      run: () => latest.current.find((one) => one.id === action.id)?.run(),
    }));
    return registry.add(own);
  }, [shape]);
}

export function useAllActions(): readonly Action[] {
  return useSyncExternalStore(registry.subscribe, registry.all);
}

export function useAction(id: string): Action | undefined {
  return useAllActions().find((action) => action.id === id);
}
