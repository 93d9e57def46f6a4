import { expect, expectAccessible, rows, test } from "./bridge";

const VIEWS = [
  "/",
  "/endpoints",
  "/connections",
  "/connections?new=true",
  "/inboxes",
  "/inboxes?new=true",
  "/replays",
  "/schemes",
  "/schemes?id=stripe",
  "/schemes?new=true",
  "/schemes?copy=slack",
  "/settings",
];

test.use({ seed: 40 });

for (const theme of ["light", "dark"] as const) {
  test(`every view has no finding, ${theme}`, async ({ page, bridge }) => {
    test.setTimeout(90_000);
    await bridge.call("settings.update", { theme } as never);
    for (const view of VIEWS) {
      await page.goto(`${bridge.url}/#${view}`);
      await page.reload();
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      // By its text: beside an open panel the bar has no role.
      await expect(page.locator("header").getByText("Listening on")).toBeVisible();
      await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
      await test.step(view, () => expectAccessible(page));
    }
  });

  test(`every tab of a delivery has no finding, ${theme}`, async ({ page, bridge }) => {
    test.setTimeout(90_000);
    await bridge.call("settings.update", { theme } as never);
    const { deliveries } = await bridge.call("deliveries.list", { query: "inbox:mynd", limit: 1, after: null });
    const headers = Object.fromEntries(
      deliveries[0]?.headers.filter(([name]) => !/^(host|connection|content-length)$/i.test(name)) ?? [],
    );
    await bridge.deliver("mynd", '{"type":"run.failed"}', headers);
    await page.goto(bridge.url);
    await rows(page).first().click();
    for (const key of ["1", "2", "3", "4", "5"]) {
      await page.keyboard.press(key);
      await expect(page.getByRole("tabpanel")).not.toBeEmpty();
      await test.step(key, () => expectAccessible(page));
    }
  });

  test(`dialogs, first run and a small window have no finding, ${theme}`, async ({ page, bridge }) => {
    test.setTimeout(90_000);
    await bridge.call("settings.update", { theme, welcomed: false } as never);
    await page.goto(bridge.url);
    await expect(page.getByRole("heading", { name: /Waybill is listening/ })).toBeVisible();
    await expectAccessible(page);
    for (const [key, name] of [
      ["Control+k", "Commands"],
      ["?", "All keys"],
      ["Shift+R", "Replay this delivery"],
    ] as const) {
      if (key === "Shift+R") await rows(page).first().click();
      await page.keyboard.press(key);
      await expect(page.getByRole("dialog", { name })).toBeVisible();
      await test.step(name, () => expectAccessible(page));
      await page.keyboard.press("Escape");
      await expect(page.getByRole("dialog")).toBeHidden();
    }
    await page.setViewportSize({ width: 640, height: 400 });
    await expectAccessible(page);
  });
}
