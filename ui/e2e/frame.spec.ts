import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, rows, test } from "./bridge";

test("the palette finds and runs; the help sheet lists every key", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(page.getByRole("button", { name: /Listening on/ })).toBeVisible();
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("combobox", { name: "Search or run a command" });
  await expect(palette).toBeFocused();
  await palette.fill("endp");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/#\/endpoints/);
  await page.keyboard.press("Control+k");
  await palette.fill("all keys");
  await page.keyboard.press("Enter");
  const help = page.getByRole("dialog", { name: "All keys" });
  await expect(help).toContainText("New endpoint");
  await page.keyboard.press("Escape");
  await expect(help).toBeHidden();
});

test("a port in use is said, with a way out", async ({ page, bridge }) => {
  const blocker = createServer();
  await new Promise<void>((done) => blocker.listen(0, "127.0.0.1", done));
  const { port } = blocker.address() as AddressInfo;
  try {
    await page.goto(bridge.url);
    await expect(page.getByRole("button", { name: /Listening on/ })).toBeVisible();
    await bridge.call("settings.update", { port } as never);
    await bridge.call("capture.stop", {}).catch(() => undefined);
    await bridge.call("capture.start", { bind: null, port }).catch(() => undefined);
    const pill = page.getByRole("button", { name: /is in use|Not listening|Stopped listening/ });
    await expect(pill).toBeVisible();
    await pill.click();
    await page.getByRole("dialog").getByRole("button", { name: "Listen on a free port" }).first().click();
    await expect(page.getByRole("button", { name: /Listening on/ })).toBeVisible();
  } finally {
    blocker.close();
  }
});

test("the theme is that of the settings, and stands before the first paint of the next start", async ({
  page,
  bridge,
}) => {
  await page.goto(bridge.url);
  await bridge.call("settings.update", { theme: "dark" } as never);
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.route("**/assets/*.js", () => undefined);
  await page.reload({ waitUntil: "commit" });
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("a test event goes to an inbox and arrives", async ({ page, bridge }) => {
  await bridge.call("inboxes.create", {
    name: "mine",
    scheme: "mynd",
    secrets: ["made-up-for-this-test"],
    config: {},
    answer: null,
    forward_to: [],
    connection: null,
    endpoint: null,
  });
  await page.goto(bridge.url);
  await page.getByRole("button", { name: "Send test event" }).first().click();
  await page
    .getByRole("dialog", { name: "Send test event" })
    .getByRole("button", { name: "Send", exact: true })
    .click();
  await expect(page.getByText("Test event sent")).toBeVisible();
  await expect(page.getByRole("gridcell", { name: "Signature valid" })).toBeVisible();
});

test("a small window: the sidebar folds, the detail is a page of its own", async ({ page, bridge }) => {
  await bridge.call("tools.sample", {});
  await page.setViewportSize({ width: 900, height: 600 });
  await page.goto(bridge.url);
  await expect(page.getByRole("navigation", { name: "Views" })).toBeHidden();
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: "Payload" })).toBeVisible();
  await page.keyboard.press("Escape");
  await rows(page).first().click();
  await expect(page.getByRole("tab", { name: "Payload" })).toBeVisible();
  await page.getByRole("button", { name: "Deliveries" }).click();
  await expect(page.getByRole("grid", { name: "Deliveries, newest first" })).toBeVisible();
  await page.getByRole("button", { name: "Sidebar" }).click();
  await expect(page.getByRole("navigation", { name: "Views" })).toBeVisible();
  const wider = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(wider).toBe(false);
});
