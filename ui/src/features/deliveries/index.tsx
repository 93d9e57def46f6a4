// Deliveries: the list with its filter, and the one that is open.
import { EmptyState } from "@/components/States";

export function DeliveriesView() {
  return <EmptyState title="Deliveries" />;
}
