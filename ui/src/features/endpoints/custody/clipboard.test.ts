import { expect, it, vi } from "vitest";
import { type Cleared, type ClipboardDoor, copySecret } from "./clipboard";

/** A clipboard that can be looked at, or not. */
function clipboard(readable: boolean): ClipboardDoor & { text: string } {
  return {
    text: "",
    async write(text) {
      this.text = text;
    },
    async read() {
      if (!readable) throw new Error("not allowed");
      return this.text;
    },
  };
}

it.each<[string, boolean, string | null, Cleared, string]>([
  ["still ours: it is cleared", true, null, "cleared", ""],
  ["another text meanwhile: it stays", true, "a shopping list", "theirs", "a shopping list"],
  ["can't be looked at: it stays, and that is told", false, null, "unknown", "whsec_made-up"],
])("after its time, %s", async (_, readable, meanwhile, outcome, left) => {
  vi.useFakeTimers();
  const door = clipboard(readable);
  const after = vi.fn();
  await copySecret("whsec_made-up", door, after, 30_000);
  expect(door.text).toBe("whsec_made-up");
  if (meanwhile !== null) door.text = meanwhile;
  await vi.advanceTimersByTimeAsync(29_999);
  expect(after).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2);
  expect(after).toHaveBeenCalledWith(outcome);
  expect(door.text).toBe(left);
  vi.useRealTimers();
});

it("a second copy starts the time anew", async () => {
  vi.useFakeTimers();
  const door = clipboard(true);
  const first = vi.fn();
  await copySecret("one", door, first, 30_000);
  await vi.advanceTimersByTimeAsync(20_000);
  await copySecret("two", door, () => undefined, 30_000);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(first).not.toHaveBeenCalled();
  expect(door.text).toBe("two");
  await vi.advanceTimersByTimeAsync(15_001);
  expect(door.text).toBe("");
  vi.useRealTimers();
});
