// A secret on the clipboard stays there for half a minute, and is only taken away when it is still ours.
export interface ClipboardDoor {
  write: (text: string) => Promise<void>;
  /** Rejects where the system does not let a page read. */
  read: () => Promise<string>;
}

export const CLEAR_AFTER = 30_000;

/** `cleared`; `theirs`: something else was copied meanwhile; `unknown`: it could not be looked at, so it stands. */
export type Cleared = "cleared" | "theirs" | "unknown";

let pending: ReturnType<typeof setTimeout> | undefined;

/** Copies a secret and clears it later. The value is held by nothing but the timer. */
export async function copySecret(
  value: string,
  door: ClipboardDoor,
  after: (outcome: Cleared) => void,
  wait = CLEAR_AFTER,
): Promise<void> {
  await door.write(value);
  clearTimeout(pending);
  pending = setTimeout(() => void clear(value, door).then(after), wait);
}

async function clear(value: string, door: ClipboardDoor): Promise<Cleared> {
  let now: string;
  try {
    now = await door.read();
  } catch {
    return "unknown";
  }
  if (now !== value) return "theirs";
  try {
    await door.write("");
    return "cleared";
  } catch {
    return "unknown";
  }
}
