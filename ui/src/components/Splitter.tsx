// The bar between two panes: drag it, move it with the arrow keys, double-click puts it back.
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import styles from "./Splitter.module.css";

function load(key: string): number | null {
  try {
    const text = localStorage.getItem(`waybill.split.${key}`);
    const value = text === null ? Number.NaN : Number(text);
    return Number.isFinite(value) ? value : null;
  } catch {
    return null;
  }
}

function keep(key: string, value: number): void {
  try {
    localStorage.setItem(`waybill.split.${key}`, String(value));
  } catch {
    // A width that is not remembered is no loss.
  }
}

/** A width that is remembered under `key`. */
export function useSplit(key: string, initial: number, min: number, max: number) {
  const [size, setSize] = useState(() => Math.min(max, Math.max(min, load(key) ?? initial)));
  const change = (next: number) => {
    const held = Math.round(Math.min(max, Math.max(min, next)));
    setSize(held);
    keep(key, held);
  };
  return { size, change, initial, min, max };
}

export function Splitter({
  split,
  label,
  reverse,
}: {
  split: ReturnType<typeof useSplit>;
  label: string;
  /** True when the sized pane is on the right. */
  reverse?: boolean;
}) {
  const start = useRef<{ x: number; size: number } | null>(null);
  const sign = reverse ? -1 : 1;
  const down = (event: PointerEvent<HTMLDivElement>) => {
    start.current = { x: event.clientX, size: split.size };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    if (start.current) split.change(start.current.size + sign * (event.clientX - start.current.x));
  };
  const key = (event: KeyboardEvent) => {
    const step = event.shiftKey ? 60 : 15;
    if (event.key === "ArrowLeft") split.change(split.size - sign * step);
    else if (event.key === "ArrowRight") split.change(split.size + sign * step);
    else if (event.key === "Home") split.change(split.min);
    else if (event.key === "End") split.change(split.max);
    else if (event.key === "Enter") split.change(split.initial);
    else return;
    event.preventDefault();
  };
  return (
    <div
      className={styles.splitter}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={split.size}
      aria-valuemin={split.min}
      aria-valuemax={split.max}
      tabIndex={0}
      onPointerDown={down}
      onPointerMove={move}
      onPointerUp={() => {
        start.current = null;
      }}
      onDoubleClick={() => split.change(split.initial)}
      onKeyDown={key}
    />
  );
}
