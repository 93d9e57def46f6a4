import { expect, it } from "vitest";
import { findings, isPrivateHost, keysOf, offWords } from "./findings";
import { endpoint } from "./samples";

it("finds what was switched off, old addresses and one address twice", () => {
  const off = endpoint({ id: "1", active: false, failures: 10, url: "https://a.example/1" });
  const paused = endpoint({ id: "2", active: false, failures: 0, url: "https://a.example/2" });
  const old = endpoint({ id: "3", url: "https://old-fox.example/in/mine" });
  const right = endpoint({ id: "4", url: "https://new.example/in/mine" });
  const foreign = endpoint({ id: "5", url: "https://other.example/in/theirs" });
  const twin = endpoint({ id: "6", url: "https://a.example/2" });
  const elsewhere = endpoint({ id: "7", connection: "b", url: "https://a.example/2" });
  const all = [off, paused, old, right, foreign, twin, elsewhere];
  const found = findings(all, [{ name: "mine" }], "https://new.example/");
  expect(found.off).toEqual([off]);
  expect(found.old).toEqual([{ endpoint: old, url: "https://new.example/in/mine" }]);
  expect(found.twice).toEqual([paused, twin]);
  expect(findings(all, [{ name: "mine" }], null).old).toEqual([]);
  expect(findings([endpoint({ url: "no address" })], [], "https://x.example").old).toEqual([]);
});

it.each([
  [{ failures: 10, disabled_reason: null }, "10 failures in a row"],
  [{ failures: 1, disabled_reason: null }, "1 failure in a row"],
  [{ failures: 10, disabled_reason: "too slow" }, "10 failures in a row · too slow"],
  [{ failures: 10, disabled_reason: "10 failures" }, "10 failures"],
  [{ failures: null, disabled_reason: "gone" }, "gone"],
])("why it is off: %j", (one, words) => {
  expect(offWords(one)).toBe(words);
});

it.each([
  ["localhost", true],
  ["127.0.0.1", true],
  ["10.1.2.3", true],
  ["172.15.0.1", false],
  ["172.16.0.1", true],
  ["172.32.0.1", false],
  ["192.168.1.9", true],
  ["169.254.1.1", true],
  ["100.64.0.1", true],
  ["100.63.0.1", false],
  ["8.8.8.8", false],
  ["[::1]", true],
  ["[fd00::1]", true],
  ["[fe80::1]", true],
  ["[2606:4700::1]", false],
  ["build-box", true],
  ["nas.local", true],
  ["hooks.internal", true],
  ["blue-heron.trycloudflare.com", false],
])("a host only this network knows: %s: %s", (host, known) => {
  expect(isPrivateHost(host)).toBe(known);
});

it("a private host is a finding only where the provider is elsewhere and sends", () => {
  const near = endpoint({ id: "1", url: "http://127.0.0.1:4400/in/a" });
  const silent = endpoint({ id: "2", url: "http://10.0.0.1/a", active: false });
  const local = endpoint({ id: "3", connection: "sim", url: "http://127.0.0.1:4400/in/b" });
  const all = [near, silent, local];
  expect(findings(all, [], null, new Set(["sim"])).unreachable).toEqual([near]);
  // What is to be moved to the public address is told of once.
  const moved = findings(all, [{ name: "a" }], "https://new.example.com", new Set(["sim"]));
  expect([moved.old.length, moved.unreachable]).toEqual([1, []]);
  expect(keysOf(moved).old.has("acme\n1")).toBe(true);
});
