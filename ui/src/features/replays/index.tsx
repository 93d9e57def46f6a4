// Replays: the whole view. Stands in until it is built.
import { EmptyState } from "@/components/States";

export function ReplaysView() {
  return <EmptyState title="Replays" />;
}
