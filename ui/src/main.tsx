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

// WebKitGTK draws its thin scrollbars over everything: what lies under a dialog or a menu shows none meanwhile.
if (/Linux/.test(navigator.platform) && navigator.vendor.startsWith("Apple"))
  document.documentElement.dataset.scrollbars = "above";

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
