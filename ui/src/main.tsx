// Start: styles, host, window.
import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/base.css";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { createQueryClient } from "./app/host";
import { createAppRouter } from "./app/router";
import { openPlatform } from "./platform";

const element = document.getElementById("root");
if (element !== null) {
  const platform = await openPlatform();
  createRoot(element).render(
    <StrictMode>
      {/* The policy allows no style elements; what Base UI would put into them stands in our own style sheets. */}
      <CSPProvider disableStyleElements>
        <App platform={platform} client={createQueryClient()} router={createAppRouter()} />
      </CSPProvider>
    </StrictMode>,
  );
}
