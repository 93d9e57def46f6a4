// Applies the chosen theme and remembers it for the first paint of the next start (public/theme.js).
import { useEffect } from "react";
import type { Theme } from "@/generated/api";
import { useAnswer } from "./host";

export function applyTheme(theme: Theme): void {
  const dark = theme === "dark" || (theme === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  try {
    localStorage.setItem("waybill.theme", theme);
  } catch {
    // Without storage the next start follows the system until the settings are read.
  }
}

/** Keeps the page in the theme of the settings, and of the system where they say so. */
export function useTheme(): void {
  const theme = useAnswer("settings.get", {}).data?.theme;
  useEffect(() => {
    if (theme === undefined) return;
    applyTheme(theme);
    if (theme !== "system") return;
    const query = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => applyTheme("system");
    query.addEventListener("change", follow);
    return () => query.removeEventListener("change", follow);
  }, [theme]);
}
