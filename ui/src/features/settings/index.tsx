// Settings: the whole view. Stands in until it is built.
import { EmptyState } from "@/components/States";

export function SettingsView() {
  return <EmptyState title="Settings" />;
}
