// Puts the parts together: host, cache, events, router, messages.
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import type { Platform } from "@/platform";
import { EventsProvider } from "./events";
import { Toaster } from "./feedback/Toaster";
import { HostProvider } from "./host";
import type { createAppRouter } from "./router";

export function App({
  platform,
  client,
  router,
}: {
  platform: Platform;
  client: QueryClient;
  router: ReturnType<typeof createAppRouter>;
}) {
  return (
    <HostProvider platform={platform}>
      <QueryClientProvider client={client}>
        <EventsProvider>
          <RouterProvider router={router} />
          <Toaster />
        </EventsProvider>
      </QueryClientProvider>
    </HostProvider>
  );
}
