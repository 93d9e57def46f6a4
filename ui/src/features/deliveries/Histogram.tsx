// Deliveries over time, failed ones marked. Dragging over it, or Shift and the arrow keys with Enter, narrows the
// filter to that span.
import { type KeyboardEvent, type PointerEvent, useState } from "react";
import { useAnswer } from "@/app/host";
import type { Histogram as Data } from "@/generated/api";
import { clock, counted, day, millis } from "@/lib/format";
import styles from "./Histogram.module.css";

const BARS = 60;

/** The span of bars `a` to `b`, both included, in milliseconds. */
export function spanOf(data: Data, a: number, b: number): [number, number] | null {
  if (data.from === null || data.to === null || data.buckets.length === 0) return null;
  const from = millis(data.from);
  const width = (millis(data.to) - from) / data.buckets.length;
  const [low, high] = a < b ? [a, b] : [b, a];
  return [Math.floor(from + low * width), Math.ceil(from + (high + 1) * width)];
}

function words(data: Data, a: number, b: number): string {
  const span = spanOf(data, a, b);
  if (span === null) return "";
  const now = Date.now();
  const at = (ms: number) => {
    const text = new Date(ms).toISOString();
    return `${day(text, now)} ${clock(text)}`.trim();
  };
  const bars = data.buckets.slice(Math.min(a, b), Math.max(a, b) + 1);
  const total = bars.reduce((sum, bar) => sum + bar.total, 0);
  const failed = bars.reduce((sum, bar) => sum + bar.failed, 0);
  return `${at(span[0])} to ${at(span[1])}: ${counted(total, "delivery", "deliveries")}${failed ? `, ${failed} failed` : ""}`;
}

export function Histogram({ result, onRange }: { result: number; onRange: (since: string, until: string) => void }) {
  const data = useAnswer("deliveries.histogram", { result, buckets: BARS }, { enabled: result !== 0, keep: true }).data;
  const [hover, setHover] = useState<number | null>(null);
  const [brush, setBrush] = useState<[number, number] | null>(null);
  const [dragging, setDragging] = useState(false);
  const bars = data?.buckets ?? [];
  const most = Math.max(1, ...bars.map((bar) => bar.total));
  const count = Math.max(1, bars.length);
  // Small counts must not vanish beside large ones.
  const height = (value: number) => (value === 0 ? 0 : Math.max(2, (value / most) * 42));

  const barAt = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.min(count - 1, Math.max(0, Math.floor(((event.clientX - box.left) / box.width) * count)));
  };
  const finish = (span: [number, number] | null) => {
    setBrush(null);
    setDragging(false);
    const range = span && data ? spanOf(data, span[0], span[1]) : null;
    if (range) onRange(new Date(range[0]).toISOString(), new Date(range[1]).toISOString());
  };
  const key = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const at = brush?.[1] ?? hover ?? count - 1;
    if (step !== undefined) {
      const next = Math.min(count - 1, Math.max(0, at + step));
      setBrush(event.shiftKey ? [brush?.[0] ?? at, next] : [next, next]);
    } else if (event.key === "Enter" && brush) finish(brush);
    else if (event.key === "Escape" && brush) setBrush(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const total = bars.reduce((sum, bar) => sum + bar.total, 0);
  const shown = data ? (brush ? words(data, brush[0], brush[1]) : hover === null ? "" : words(data, hover, hover)) : "";
  return (
    <div
      className={styles.hist}
      role="slider"
      tabIndex={0}
      aria-label="Deliveries over time. Arrow keys move, Shift selects, Enter filters."
      aria-valuemin={1}
      aria-valuemax={count}
      aria-valuenow={(brush?.[1] ?? count - 1) + 1}
      aria-valuetext={shown || counted(total, "delivery", "deliveries")}
      onPointerDown={(event) => {
        if (event.button !== 0 || bars.length === 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        setDragging(true);
        setBrush([barAt(event), barAt(event)]);
      }}
      onPointerMove={(event) => {
        const bar = barAt(event);
        setHover(bar);
        if (dragging) setBrush((before) => [before?.[0] ?? bar, bar]);
      }}
      onPointerUp={() => {
        if (dragging) finish(brush);
      }}
      onPointerCancel={() => {
        setBrush(null);
        setDragging(false);
      }}
      onPointerLeave={() => setHover(null)}
      onBlur={() => setBrush(null)}
      onKeyDown={key}
    >
      <svg viewBox={`0 0 ${count * 8} 44`} preserveAspectRatio="none" aria-hidden="true">
        {bars.map((bar, n) => {
          const failed = bar.failed === 0 ? 0 : Math.max(2, height(bar.failed));
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            <g key={n}>
              <rect
                className={styles.total}
                x={n * 8}
                y={44 - height(bar.total)}
                width={6}
                height={Math.max(0, height(bar.total) - failed)}
              />
              <rect className={styles.failed} x={n * 8} y={44 - failed} width={6} height={failed} />
            </g>
          );
        })}
      </svg>
      {brush ? (
        <div
          className={styles.brush}
          style={{
            left: `${(Math.min(...brush) / count) * 100}%`,
            width: `${((Math.abs(brush[1] - brush[0]) + 1) / count) * 100}%`,
          }}
        />
      ) : null}
      {shown ? (
        <div className={styles.words} data-left={(brush?.[1] ?? hover ?? 0) > count / 2}>
          {shown}
        </div>
      ) : null}
    </div>
  );
}
