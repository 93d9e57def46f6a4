// What the button beside a failure does.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { invalidate, usePlatform } from "@/app/host";
import type { WayOut } from "@/app/words";
import { toast, toastFailure } from "./toasts";

/** The way out as something to run; null where there is none here. */
export function useWayOut(way: WayOut, retry?: () => void): (() => void) | null {
  const navigate = useNavigate();
  const platform = usePlatform();
  const client = useQueryClient();
  switch (way) {
    case "none":
      return null;
    case "retry":
    case "read_again":
      return retry ?? null;
    case "settings":
      return () => void navigate({ to: "/settings" });
    case "connections":
      return () => void navigate({ to: "/connections" });
    case "other_port":
      return () => {
        platform
          .call("capture.start", { bind: null, port: 0 })
          .then((status) => {
            invalidate(client, ["status"]);
            toast({ title: `Listening on ${status.listening ?? "a free port"}` });
          })
          .catch(toastFailure);
      };
    case "vault":
      return () => {
        platform
          .call("vault.check", {})
          .then(() => {
            invalidate(client, ["status"]);
            retry?.();
          })
          .catch(toastFailure);
      };
    case "data_folder":
      return () => {
        platform
          .call("status.get", {})
          .then((status) => toast({ title: "Data folder", detail: status.data_dir, tone: "info", lasts: 20_000 }))
          .catch(toastFailure);
      };
  }
}
