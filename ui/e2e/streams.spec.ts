import type { Locator } from "@playwright/test";
import type { LiveStream } from "../src/generated/api";
import { type Bridge, expect, expectAccessible, rows, test } from "./bridge";
import { connect, type Simulator, simulate } from "./providers";

const SHOTS = "../target/e2e/shots";
const EVENT = "integrity.violation";

const streams = (bridge: Bridge): Promise<LiveStream[]> => bridge.call("streams.list", {});

/** What stands under "Live stream" in a connection's detail. */
const sectionOf = (detail: Locator): Locator =>
  detail.locator("section").filter({ has: detail.page().getByRole("heading", { name: "Live stream" }) });

async function withSim(work: (sim: Simulator) => Promise<void>): Promise<void> {
  const sim = await simulate("mnemom");
  try {
    await work(sim);
  } finally {
    await sim.stop();
  }
}

for (const theme of ["light", "dark"] as const)
  test(`what a provider streams stands in an inbox without any endpoint, ${theme}`, async ({ page, bridge }) => {
    test.setTimeout(60_000);
    await withSim(async (sim) => {
      await bridge.call("settings.update", { theme } as never);
      await connect(bridge, sim);
      await page.goto(`${bridge.url}/#/connections?name=mnemom`);
      const detail = page.getByRole("region", { name: "Connection mnemom" });
      const section = sectionOf(detail);
      await expect(section.getByText(/No public address is needed/)).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/stream-before-${theme}.png` });
      await expectAccessible(page);

      // By keys alone: the action's key, the name as it is proposed, Enter.
      await page.keyboard.press("l");
      const ask = page.getByRole("dialog", { name: "Listen to Mnemom's live stream" });
      await expect(ask.getByLabel("Inbox")).toHaveValue("mnemom");
      await expect(ask.getByLabel("Inbox")).toBeFocused();
      await page.screenshot({ path: `${SHOTS}/stream-ask-${theme}.png` });
      await expectAccessible(page);
      await page.keyboard.press("Control+a");
      await page.keyboard.type("heard");
      await page.keyboard.press("Enter");
      await expect(ask).toBeHidden();
      await expect(section.getByRole("status")).toHaveText("Listening", { timeout: 15_000 });
      await expect(section.getByText("No event yet")).toBeVisible();

      await sim.post("emit", { type: EVENT, count: 2 });
      await expect(section.getByText(/^2 events heard, the last/)).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/stream-listening-${theme}.png` });
      await expectAccessible(page);

      await section.getByRole("link", { name: "heard" }).click();
      await expect(rows(page).filter({ hasText: EVENT })).toHaveCount(2);
      await expect(rows(page)).toHaveCount(2);
      await rows(page).first().click();
      await page.keyboard.press("3");
      await expect(page.getByText("From the live stream")).toBeVisible();
      await expect(page.getByRole("heading", { name: /no signature to check/ })).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/stream-delivery-${theme}.png` });
      await expectAccessible(page);

      await page.goto(`${bridge.url}/#/connections?name=mnemom`);
      await section.getByRole("button", { name: "Stop listening" }).focus();
      await page.keyboard.press("Enter");
      // The same button, which the keys stay on.
      await expect(section.getByRole("button", { name: "Listen to live stream…" })).toBeFocused();
      expect(await streams(bridge)).toEqual([]);
      await sim.post("emit", { type: EVENT });
      // What comes the usual way is kept after it would have been heard.
      expect(await bridge.deliver("heard")).toBe(200);
      const { deliveries } = await bridge.call("deliveries.list", { query: "origin:streamed", limit: 10, after: null });
      expect(deliveries).toHaveLength(2);
    });
  });

for (const theme of ["light", "dark"] as const)
  test(`a stream that ends waits, and one that is refused is given up, ${theme}`, async ({ page, bridge }) => {
    test.setTimeout(60_000);
    const sim = await simulate("mnemom");
    try {
      await bridge.call("settings.update", { theme } as never);
      const name = `${"a-very-long-name-".repeat(3)}${"x".repeat(13)}`;
      await connect(bridge, sim, name);
      await bridge.call("streams.start", { connection: name, inbox: null });
      await page.goto(`${bridge.url}/#/connections?name=${name}`);
      const section = sectionOf(page.getByRole("region", { name: /^Connection / }));
      await expect(section.getByRole("status")).toHaveText("Listening", { timeout: 15_000 });
      await sim.stop();
      await expect(section.getByRole("status")).toHaveText("Waiting", { timeout: 15_000 });
      await expect(section.getByText(/it is opened again in/)).toBeVisible();
      await expect(page.getByRole("grid", { name: "Connections" }).getByText("Waiting")).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/stream-waiting-${theme}.png` });
      await expectAccessible(page);
      await section.getByRole("button", { name: "Stop listening" }).click();
      await expect(section.getByRole("button", { name: "Listen to live stream…" })).toBeVisible();
    } finally {
      await sim.stop();
    }
    await withSim(async (other) => {
      await bridge.call("connections.add", {
        name: "refused",
        provider: "mnemom",
        base_url: other.base_url,
        vars: other.vars,
        auth: null,
        token: "a wrong one",
      });
      await page.goto(`${bridge.url}/#/connections?name=refused`);
      const section = sectionOf(page.getByRole("region", { name: /^Connection / }));
      await section.getByRole("button", { name: "Listen to live stream…" }).click();
      await page.getByRole("dialog").getByRole("button", { name: "Listen" }).click();
      await expect(section.getByRole("status")).toHaveText("Given up", { timeout: 15_000 });
      await expect(section.getByRole("alert")).toContainText("The provider refused the token");
      await page.screenshot({ path: `${SHOTS}/stream-given-up-${theme}.png` });
      await expectAccessible(page);
      await section.getByRole("button", { name: "Dismiss" }).click();
      await expect(section.getByRole("button", { name: "Listen to live stream…" })).toBeFocused();
      await page.setViewportSize({ width: 640, height: 480 });
      await expectAccessible(page);
    });
  });
