// The frame around every view: bar, sidebar, status line, and the pieces that are reachable from everywhere.
import { Outlet, useRouterState } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { handleKey } from "@/app/actions/registry";
import { PaneBoundary } from "@/app/feedback/PaneBoundary";
import { useTheme } from "@/app/theme";
import { cx } from "@/lib/cx";
import { Bar } from "./Bar";
import styles from "./Frame.module.css";
import { Help } from "./Help";
import { Palette } from "./Palette";
import { SendTest } from "./SendTest";
import { Side } from "./Side";
import { StatusLine } from "./StatusLine";
import { useFrameActions } from "./useFrameActions";

export type Overlay = "none" | "palette" | "help" | "send";

export function Frame() {
  useTheme();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const [overlay, setOverlay] = useState<Overlay>("none");
  const [side, setSide] = useState(false);
  useFrameActions(setOverlay);
  const close = () => setOverlay("none");

  useEffect(() => {
    const listener = (event: KeyboardEvent) => handleKey(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: choosing a view closes the sidebar that lies over it
  useEffect(() => setSide(false), [path]);

  return (
    <div className={cx("app", styles.app)}>
      <Bar sideOpen={side} onSide={() => setSide((open) => !open)} />
      <Side open={side} onChoose={() => setSide(false)} />
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: Esc and the menu button close it too */}
      <div className={styles.scrim} data-open={side} onClick={() => setSide(false)} />
      <main className={styles.main} id="main" tabIndex={-1} data-pane="main">
        <PaneBoundary name="This view" resetKey={path}>
          <Outlet />
        </PaneBoundary>
      </main>
      <StatusLine />
      <Palette open={overlay === "palette"} onClose={close} />
      <Help open={overlay === "help"} onClose={close} />
      <SendTest open={overlay === "send"} onClose={close} />
    </div>
  );
}
