// Endpoints: the whole view. Stands in until it is built.
import { EmptyState } from "@/components/States";

export function EndpointsView() {
  return <EmptyState title="Endpoints" />;
}
