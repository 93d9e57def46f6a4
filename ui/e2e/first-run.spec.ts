import { expect, rows, test } from "./bridge";

test.use({ welcomed: false });

test("the first run: listening at once, the sample arrives verified, then three doors", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(page.getByRole("heading", { name: "Waybill is listening" })).toBeVisible();
  await expect(page.getByText("Nothing has arrived yet")).toBeVisible();
  await page.getByRole("button", { name: "Send a signed sample" }).click();
  await expect(rows(page)).toHaveCount(1, { timeout: 2_000 });
  await expect(rows(page).first()).toContainText("Signature valid");
  await expect(page.getByRole("heading", { name: "It arrived: signature valid" })).toBeVisible();
  for (const door of ["Inspect locally", "Receive from the internet", "Connect a provider"]) {
    await expect(page.getByRole("heading", { name: door })).toBeVisible();
  }
  await page.getByRole("button", { name: "Done, show the deliveries" }).click();
  await expect(page.getByRole("tab", { name: "Payload" })).toBeVisible();
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
  await expect(page.getByRole("heading", { name: "Waybill is listening" })).toBeHidden();
});

test("a first delivery from elsewhere shows as well", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(page.getByText("Nothing has arrived yet")).toBeVisible();
  await bridge.call("inboxes.create", {
    name: "mine",
    scheme: null,
    secrets: [],
    config: {},
    answer: null,
    forward_to: [],
    connection: null,
    endpoint: null,
  });
  expect(await bridge.deliver("mine")).toBe(200);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page).first()).toContainText("Not checked");
});
