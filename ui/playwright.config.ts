// Browser tests of the window on the bridge: the real engine behind it, the system's Chromium before it.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "e2e",
  fullyParallel: true,
  workers: 2,
  timeout: 30_000,
  expect: { timeout: 5_000 },
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  reporter: process.env.CI ? [["list"]] : [["line"]],
  outputDir: "../target/e2e",
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.WAYBILL_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox"],
    },
    permissions: ["clipboard-read", "clipboard-write"],
  },
});
