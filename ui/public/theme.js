// Sets the theme before the first paint from what was last chosen; the settings correct it afterwards.
(() => {
  let chosen = "system";
  try {
    chosen = localStorage.getItem("waybill.theme") || "system";
  } catch {
    // A page without storage follows the system.
  }
  const dark = chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
