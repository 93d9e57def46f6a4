import { describe, expect, it, type Mock, vi } from "vitest";
import { type Action, chordOf, handleKey, keysOf, Registry } from "./registry";

const press = (key: string, held: Partial<Record<"ctrlKey" | "shiftKey" | "altKey" | "metaKey", boolean>> = {}) =>
  new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...held });

function action(id: string, keys: string[], more: Partial<Action> = {}): Action & { run: Mock<() => void> } {
  return { id, label: id, group: "Test", keys, ...more, run: vi.fn<() => void>() };
}

function dispatch(registry: Registry, event: KeyboardEvent, html = "<div></div>"): boolean {
  document.body.innerHTML = html;
  const target = document.body.querySelector("[data-target]") ?? document.body.firstElementChild;
  let taken = false;
  document.body.addEventListener(
    "keydown",
    (heard) => {
      taken = handleKey(heard, registry);
    },
    { once: true },
  );
  target?.dispatchEvent(event);
  return taken;
}

describe("chords", () => {
  it.each([
    ["j", {}, "J"],
    ["J", { shiftKey: true }, "Shift+J"],
    ["?", { shiftKey: true }, "?"],
    ["k", { ctrlKey: true }, "Mod+K"],
    [" ", {}, "Space"],
    ["ArrowDown", { shiftKey: true }, "Shift+ArrowDown"],
    ["1", {}, "1"],
  ])("%s with %j", (key, held, chord) => expect(chordOf(press(key, held))).toBe(chord));

  it("prints them as the keyboard does", () => {
    expect(keysOf("Mod+K")).toEqual(["Ctrl", "K"]);
    expect(keysOf("ArrowDown")).toEqual(["↓"]);
  });
});

describe("the registry", () => {
  it("runs what a key stands for, and the last layer wins", () => {
    const registry = new Registry();
    const below = action("replay", ["R"]);
    const over = action("rotate", ["R"]);
    registry.add([below]);
    const end = registry.add([over]);
    expect(dispatch(registry, press("r"))).toBe(true);
    expect(over.run).toHaveBeenCalledTimes(1);
    end();
    expect(dispatch(registry, press("r"))).toBe(true);
    expect(below.run).toHaveBeenCalledTimes(1);
  });

  it("lists an action once, and tells when the list changes", () => {
    const registry = new Registry();
    const heard = vi.fn();
    registry.subscribe(heard);
    registry.add([action("a", ["A"])]);
    const end = registry.add([action("a", ["A"], { label: "newer" })]);
    expect(registry.all().map((one) => one.label)).toEqual(["newer"]);
    end();
    expect(registry.all().map((one) => one.label)).toEqual(["a"]);
    expect(heard).toHaveBeenCalledTimes(3);
  });

  it.each([
    ["a text field", '<input data-target type="text">', "j", {}, false],
    ["a text field, for what is meant for everywhere", '<input data-target type="text">', "k", { ctrlKey: true }, true],
    ["a text area", "<textarea data-target></textarea>", "j", {}, false],
    ["a check box", '<input data-target type="checkbox">', "j", {}, true],
    ["a button, for a letter", "<button data-target>x</button>", "j", {}, true],
    ["a button, for its own key", "<button data-target>x</button>", " ", {}, false],
    ["a dialog", '<div role="dialog"><p data-target>x</p></div>', "j", {}, false],
    ["plain ground", "<div data-target></div>", "j", {}, true],
  ])("in %s", (_name, html, key, held, taken) => {
    const registry = new Registry();
    registry.add([
      action("move", ["J"]),
      action("follow", ["Space"]),
      action("palette", ["Mod+K"], { everywhere: true }),
    ]);
    expect(dispatch(registry, press(key, held), html)).toBe(taken);
  });

  it.each([[false], ["Open a delivery first"]])("does not run what can't be done now: %s", (enabled) => {
    const registry = new Registry();
    const off = action("replay", ["R"], { enabled });
    registry.add([off]);
    expect(dispatch(registry, press("r"))).toBe(false);
    expect(off.run).not.toHaveBeenCalled();
  });
});
