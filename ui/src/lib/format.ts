// Numbers, sizes and times as people read them. One place, so that two views never say the same thing differently.

const whole = new Intl.NumberFormat("en");

export function count(value: number): string {
  return whole.format(value);
}

/** `1 delivery`, `12,408 deliveries`. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** Sizes in steps of 1,000: `612 B`, `1.1 kB`, `14 kB`, `148 MB`. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let value = size / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : whole.format(Math.round(value))} ${units[unit]}`;
}

/** A span of microseconds: `1.8 ms`, `412 ms`, `9.2 s`, `2 min 5 s`. */
export function duration(us: number): string {
  if (us < 1000) return `${us} µs`;
  const ms = us / 1000;
  if (ms < 1000) return ms < 9.95 ? `${ms.toFixed(1)} ms` : `${Math.round(ms)} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s < 9.95 ? s.toFixed(1) : Math.round(s)} s`;
  return span(Math.round(s));
}

/** Whole seconds in at most two units: `45 s`, `4 min`, `3 h 20 min`, `4 days`. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  const min = Math.floor(s / 60);
  if (min < 60) return s % 60 && min < 10 ? `${min} min ${s % 60} s` : `${min} min`;
  const h = Math.floor(min / 60);
  if (h < 48) return min % 60 && h < 10 ? `${h} h ${min % 60} min` : `${h} h`;
  return `${Math.floor(h / 24)} days`;
}

/** Milliseconds since 1970 of an RFC 3339 text, `NaN` when it is none. */
export function millis(timestamp: string): number {
  // Browsers read at most milliseconds; the rest is kept in the text.
  return Date.parse(timestamp.replace(/(\.\d{3})\d+/, "$1"));
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const weekdayFormat = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayYearFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const zoneFormat = new Intl.DateTimeFormat("en-GB", { timeZoneName: "longOffset" });

/** `14:32:07` */
export function clock(timestamp: string): string {
  const at = millis(timestamp);
  return Number.isNaN(at) ? timestamp : clockFormat.format(at);
}

/** As short as a column of a list: `14:32:07` today, `Fri 14:32` this week, `9 Nov 14:32` before. */
export function listTime(timestamp: string, now: number): string {
  const date = day(timestamp, now);
  const time = clock(timestamp);
  return date === "" ? time : `${date} ${time.slice(0, 5)}`;
}

/** `14:32:07.418` */
export function clockMillis(timestamp: string): string {
  const at = millis(timestamp);
  return Number.isNaN(at) ? timestamp : `${clockFormat.format(at)}.${String(at % 1000).padStart(3, "0")}`;
}

/** The day, as short as is clear: empty for today, `Fri`, `9 Nov`, `9 Nov 2025`. */
export function day(timestamp: string, now: number): string {
  const at = millis(timestamp);
  if (Number.isNaN(at)) return "";
  const then = new Date(at);
  const today = new Date(now);
  if (then.toDateString() === today.toDateString()) return "";
  if (now > at && now - at < 6 * 86_400_000) return weekdayFormat.format(at);
  return then.getFullYear() === today.getFullYear() ? dayFormat.format(at) : dayYearFormat.format(at);
}

/** `12 s ago`, `3 days ago`, `in 4 min`. */
export function relative(timestamp: string, now: number): string {
  const at = millis(timestamp);
  if (Number.isNaN(at)) return timestamp;
  const s = Math.round((now - at) / 1000);
  if (Math.abs(s) < 2) return "now";
  const words = span(Math.abs(s)).replace(/(min|h) \d+ (s|min)$/, "$1");
  return s > 0 ? `${words} ago` : `in ${words}`;
}

/** Everything there is to know about an instant: local, with its zone, and as it is stored. */
export function exact(timestamp: string): string {
  const at = millis(timestamp);
  if (Number.isNaN(at)) return timestamp;
  const zone = zoneFormat.formatToParts(at).find((part) => part.type === "timeZoneName")?.value ?? "";
  return `${dayYearFormat.format(at)}, ${clockMillis(timestamp)} ${zone}\n${timestamp}`;
}

/** The host and port of an address, without its scheme. */
export function hostOf(address: string): string {
  return address.replace(/^[a-z]+:\/\//, "").replace(/\/$/, "");
}

/** A sentence as it stands inside a line: its first letter small. */
export function lowered(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
