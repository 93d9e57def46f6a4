// Inboxes: the whole view. Stands in until it is built.
import { EmptyState } from "@/components/States";

export function InboxesView() {
  return <EmptyState title="Inboxes" />;
}
