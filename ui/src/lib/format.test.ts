import { describe, expect, it } from "vitest";
import { bytes, clock, counted, duration, hostOf, listTime, millis, relative, span } from "./format";

describe("figures as people read them", () => {
  it.each([
    [0, "0 B"],
    [612, "612 B"],
    [999, "999 B"],
    [1104, "1.1 kB"],
    [14_210, "14 kB"],
    [999_600, "1.0 MB"],
    [148_000_000, "148 MB"],
    [2_500_000_000, "2.5 GB"],
  ])("%i bytes", (size, words) => expect(bytes(size)).toBe(words));

  it.each([
    [12, "12 µs"],
    [1_800, "1.8 ms"],
    [412_000, "412 ms"],
    [9_200_000, "9.2 s"],
    [125_000_000, "2 min 5 s"],
  ])("%i microseconds", (us, words) => expect(duration(us)).toBe(words));

  it.each([
    [45, "45 s"],
    [240, "4 min"],
    [12_000, "3 h 20 min"],
    [345_600, "4 days"],
  ])("%i seconds", (seconds, words) => expect(span(seconds)).toBe(words));

  it("reads instants to the nanosecond", () => {
    expect(millis("2026-11-21T08:00:00.123456789Z")).toBe(Date.UTC(2026, 10, 21, 8, 0, 0, 123));
    expect(millis("nonsense")).toBeNaN();
  });

  it("says how long ago", () => {
    const now = Date.UTC(2026, 10, 21, 8);
    const at = (seconds: number) => new Date(now - seconds * 1000).toISOString();
    expect(relative(at(0), now)).toBe("now");
    expect(relative(at(12), now)).toBe("12 s ago");
    expect(relative(at(-245), now)).toBe("in 4 min");
    expect(relative(at(300_000), now)).toBe("3 days ago");
  });

  it("names the day in a list where it is not today", () => {
    const at = "2026-11-20T12:00:30Z";
    expect(listTime(at, Date.parse(at) + 60_000)).toBe(clock(at));
    expect(listTime(at, Date.parse(at) + 3 * 86_400_000)).toMatch(/^Fri \d\d:\d\d$/);
    expect(listTime(at, Date.parse(at) + 30 * 86_400_000)).toMatch(/^20 Nov \d\d:\d\d$/);
  });

  it("counts and shortens", () => {
    expect(counted(1, "delivery", "deliveries")).toBe("1 delivery");
    expect(counted(12_408, "delivery", "deliveries")).toBe("12,408 deliveries");
    expect(hostOf("http://127.0.0.1:4400/")).toBe("127.0.0.1:4400");
  });
});
