import { expect, rows, test } from "./bridge";

test.use({ seed: 12 });

test("R asks the first time, and repeats to the last target afterwards", async ({ page, bridge, target }) => {
  await page.goto(`${bridge.url}/#/?q=inbox%3Amynd`);
  await rows(page).first().click();
  await page.keyboard.press("r");
  const dialog = page.getByRole("dialog", { name: "Replay this delivery" });
  await dialog.getByRole("combobox", { name: "Send to" }).fill(target.url);
  await expect(dialog).toContainText("this machine");
  await dialog.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page.getByText(/^Answered 200/)).toBeVisible();
  expect(target.requests).toHaveLength(1);
  expect(target.requests[0]?.headers["mynd-signature"]).toBeTruthy();
  target.answer = { status: 422, body: "not today" };
  await page.getByRole("grid", { name: "Deliveries, newest first" }).focus();
  await page.keyboard.press("r");
  await expect(page.getByText(/^Answered 422/)).toBeVisible();
  expect(target.requests).toHaveLength(2);
  expect(target.requests[1]?.body).toBe(target.requests[0]?.body);
  await page.keyboard.press("4");
  await page.getByText("422", { exact: true }).last().click();
  await expect(page.getByText("not today")).toBeVisible();
});

test("an address that is none is not sent to", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await rows(page).first().click();
  await page.keyboard.press("Shift+R");
  const dialog = page.getByRole("dialog", { name: "Replay this delivery" });
  await dialog.getByRole("combobox", { name: "Send to" }).fill("localhost");
  await expect(dialog.getByRole("button", { name: "Send", exact: true })).toHaveAttribute("aria-disabled", "true");
  await dialog.getByRole("combobox", { name: "Send to" }).fill("http://169.254.169.254/latest");
  await expect(dialog.getByRole("alert")).toContainText("never called");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("copied as cURL, without credentials", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await rows(page).first().click();
  await page.keyboard.press("c");
  await expect(page.getByText("Copied as cURL")).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^curl /);
});
