// What every host does the same way, because the page can do it by itself.
import { failure } from "@/lib/failure";

export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    return;
  } catch {
    // Some web views refuse the asynchronous clipboard; the older way asks for no permission.
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.className = "sr";
  const before = document.activeElement;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!done) throw failure("unsupported", "The system's clipboard refused the text. Nothing was copied.");
}

export async function saveFile(name: string, bytes: Uint8Array): Promise<string> {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
  return name;
}

export async function openLink(url: string): Promise<void> {
  window.open(url, "_blank", "noopener,noreferrer");
}
