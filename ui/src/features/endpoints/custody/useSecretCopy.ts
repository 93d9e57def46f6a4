// Copying a secret from the vault, with its end on the clipboard told.
import { toast, toastFailure } from "@/app/feedback/toasts";
import { usePlatform } from "@/app/host";
import { copySecret } from "./clipboard";

/** Copies the secret `id`; resolves to whether it worked. */
export function useSecretCopy(): (id: string) => Promise<boolean> {
  const platform = usePlatform();
  return async (id) => {
    try {
      const { value } = await platform.call("secrets.reveal", { id });
      const write = (text: string) => platform.copyText(text);
      const read = () => navigator.clipboard.readText();
      await copySecret(value, { write, read }, (outcome) => {
        if (outcome === "cleared")
          toast({ id: "clipboard", title: "The secret was taken off the clipboard", tone: "info" });
        if (outcome === "unknown") {
          toast({
            id: "clipboard",
            title: "The secret may still be on the clipboard",
            detail: "The system does not let Waybill look, and what another program copied is not thrown away.",
            tone: "info",
            lasts: 30_000,
            action: { label: "Clear the clipboard", run: () => void write("").catch(toastFailure) },
          });
        }
      });
      toast({ id: "clipboard", title: "Secret copied", detail: "It is taken off the clipboard in 30 seconds." });
      return true;
    } catch (thrown) {
      toastFailure(thrown);
      return false;
    }
  };
}
