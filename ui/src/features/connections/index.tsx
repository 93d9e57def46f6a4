// Connections: the whole view. Stands in until it is built.
import { EmptyState } from "@/components/States";

export function ConnectionsView() {
  return <EmptyState title="Connections" />;
}
