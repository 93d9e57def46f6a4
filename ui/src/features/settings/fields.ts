// What the settings view holds, as data: its sections, and the words by which the search finds a field.
import { rank } from "@/lib/rank";

export const SECTIONS = [
  { id: "look", title: "Look" },
  { id: "capture", title: "Capture" },
  { id: "secrets", title: "Secrets" },
  { id: "window", title: "Window" },
  { id: "data", title: "Data" },
  { id: "doctor", title: "What works here" },
  { id: "about", title: "About" },
] as const;

export type SectionId = (typeof SECTIONS)[number]["id"];

/** Field → its section and the words for the search. */
export const FIELDS = {
  theme: { section: "look", words: "theme light dark system appearance colour" },
  bind: { section: "capture", words: "bind listen address interface network 127.0.0.1 0.0.0.0" },
  port: { section: "capture", words: "port listen 4400" },
  body_cap: { section: "capture", words: "largest body size limit cap 413 bytes" },
  public_url: { section: "capture", words: "public address tunnel url cloudflared ngrok reach internet" },
  vault: { section: "secrets", words: "vault keychain encrypted file secrets where token passphrase" },
  vault_state: { section: "secrets", words: "vault state check locked keychain works" },
  close_to_tray: { section: "window", words: "close tray background keep capturing window" },
  data_dir: { section: "data", words: "data folder directory where stored path" },
  schemes: { section: "data", words: "schemes signature sign verify own catalogue provider" },
  size: { section: "data", words: "size deliveries bytes disk stored" },
  doctor: { section: "doctor", words: "doctor what works check problems mend clock tunnel programs" },
  about: { section: "about", words: "about version licence licenses waybill" },
} as const satisfies Record<string, { section: SectionId; words: string }>;

export type FieldId = keyof typeof FIELDS;

/** The fields that fit what was typed; all when nothing was. */
export function foundFields(typed: string): ReadonlySet<FieldId> {
  const ids = Object.keys(FIELDS) as FieldId[];
  if (typed.trim() === "") return new Set(ids);
  return new Set(
    ids.filter((id) => {
      const title = SECTIONS.find((section) => section.id === FIELDS[id].section)?.title ?? "";
      return rank(`${title} ${FIELDS[id].words}`, typed) !== null;
    }),
  );
}

const UNITS: Record<string, number> = { b: 1, kb: 1000, mb: 1e6, gb: 1e9, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3 };

/** Bytes of `32 MiB`, `500 kB`, `1048576`; null when it is none. */
export function bytesOf(text: string): number | null {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?i?b)?\s*$/i.exec(text);
  if (match === null) return null;
  return Math.round(Number(match[1]) * (UNITS[(match[2] ?? "b").toLowerCase()] ?? 1));
}

/** The shortest exact way to write so many bytes. */
export function bytesText(size: number): string {
  for (const [unit, of] of [
    ["GiB", 1024 ** 3],
    ["MiB", 1024 ** 2],
    ["KiB", 1024],
    ["GB", 1e9],
    ["MB", 1e6],
    ["kB", 1e3],
  ] as const)
    if (size >= of && size % of === 0) return `${size / of} ${unit}`;
  return `${size} B`;
}

export function portProblem(text: string): string | undefined {
  const port = /^\d+$/.test(text.trim()) ? Number(text.trim()) : -1;
  return port >= 0 && port <= 65_535 ? undefined : "A port from 0 to 65535.";
}

export function capProblem(text: string): string | undefined {
  const size = bytesOf(text);
  return size !== null && size >= 1024 && size <= 1024 ** 3
    ? undefined
    : "Between 1 KiB and 1 GiB, for example 32 MiB.";
}

export function bindProblem(text: string): string | undefined {
  const address = text.trim();
  return /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(address) || /^[0-9a-f:]*:[0-9a-f:.]*$/i.test(address)
    ? undefined
    : "An IP address: 127.0.0.1 for this machine, 0.0.0.0 for the network.";
}

/** True when others in the network can reach the capture server. */
export function isOpen(bind: string): boolean {
  return bind !== "::1" && !bind.startsWith("127.");
}
