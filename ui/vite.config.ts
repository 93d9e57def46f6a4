/// <reference types="vitest/config" />
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Where each mode is built to. `fake` is for looking at the window without a host and is never shipped. */
const OUT: Record<string, string> = { bridge: "dist-bridge", fake: "node_modules/.cache/dist-fake" };

/** The window's own policy, so that what breaks under it breaks here too. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'";

export default defineConfig(({ mode }) => ({
  plugins: [react()],
  clearScreen: false,
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { port: 5173, strictPort: true, host: "127.0.0.1" },
  preview: { headers: { "content-security-policy": POLICY } },
  build: {
    outDir: OUT[mode] ?? "dist",
    emptyOutDir: true,
    target: ["safari17", "chrome120"],
    modulePreload: { polyfill: false },
    // Fonts must stay files: the content security policy knows no `data:`.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/test-setup.ts"],
    css: { modules: { classNameStrategy: "non-scoped" } },
  },
}));
