// Chooses the host once, at start. Modes are replaced at build time, so the others are not in the bundle.
import type { Platform } from "./types";

export type { Platform, Request, Response } from "./types";

export async function openPlatform(): Promise<Platform> {
  if (import.meta.env.MODE === "bridge") return (await import("./bridge")).platform;
  if (import.meta.env.MODE === "fake") {
    const many = Number(new URLSearchParams(location.search).get("deliveries") ?? 12_408);
    return (await import("./fake")).createFake({ deliveries: many, welcomed: many > 0, every: 4_000 });
  }
  return (await import("./tauri")).platform;
}
