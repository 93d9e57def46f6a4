// Changing settings from anywhere.
import { useQueryClient } from "@tanstack/react-query";
import type { Settings, SettingsPatch } from "@/generated/api";
import { toastFailure } from "./feedback/toasts";
import { queryKey, useAnswer, useRun } from "./host";

export function useSettings(): Settings | undefined {
  return useAnswer("settings.get", {}).data;
}

/** Changes some settings. The window shows them at once and takes them back if the host refuses. */
export function usePatchSettings(): (patch: Partial<SettingsPatch>) => void {
  const run = useRun("settings.update");
  const client = useQueryClient();
  return (patch) => {
    const key = queryKey("settings.get", {});
    const before = client.getQueryData<Settings>(key);
    if (before) client.setQueryData(key, { ...before, ...patch });
    run.mutate(patch as SettingsPatch, {
      onError: (problem) => {
        if (before) client.setQueryData(key, before);
        toastFailure(problem);
      },
    });
  };
}
