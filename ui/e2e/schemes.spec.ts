import { createHmac } from "node:crypto";
import { type Bridge, expect, expectAccessible, test } from "./bridge";

const SECRET = "made-up-secret";

/** A sender that no scheme of the catalogue describes. */
async function deliverOurs(bridge: Bridge): Promise<void> {
  await bridge.call("inboxes.create", {
    name: "ours",
    scheme: null,
    secrets: [],
    config: {},
    answer: null,
    forward_to: [],
    connection: null,
    endpoint: null,
  } as never);
  const body = '{"kind":"thing.made","id":"e-1"}';
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac("sha256", SECRET).update(`${time}\n${body}`).digest("base64");
  await bridge.deliver("ours", body, {
    "content-type": "application/json",
    "x-ours-time": String(time),
    "x-ours-signature": `one=${signature}`,
  });
}

test("the schemes are listed, searched and described", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(page.getByRole("button", { name: /Listening on/ })).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search or run a command" }).fill("schemes");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Schemes", level: 1 })).toBeVisible();
  const all = await bridge.call("schemes.list", {});
  await expect(page.getByText(`${all.length} schemes`)).toBeVisible();
  await page.keyboard.press("/");
  await page.keyboard.type("x-hub-signature-256");
  await page.keyboard.press("Enter");
  const detail = page.getByRole("region", { name: /^Scheme / });
  await expect(detail.getByText("X-Hub-Signature-256").first()).toBeVisible();
  await expect(detail.getByText("[signature]")).toBeVisible();
  await expectAccessible(page);
});

for (const theme of ["light", "dark"] as const)
  test(`an own scheme is described, matches, is kept, changed and removed, ${theme}`, async ({ page, bridge }) => {
    test.setTimeout(60_000);
    await bridge.call("settings.update", { theme } as never);
    await deliverOurs(bridge);
    await page.goto(`${bridge.url}/#/schemes?new=true`);
    await expect(page.getByRole("heading", { name: "New scheme" })).toBeVisible();
    await page.getByRole("textbox", { name: "Title" }).fill("Ours");
    await page.getByRole("textbox", { name: "Header", exact: true }).fill("X-Ours-Signature");
    await page.getByRole("combobox", { name: /^Prefix/ }).fill("one=");
    await page.keyboard.press("Escape");
    await page.getByRole("combobox", { name: /Written as/ }).click();
    await page.getByRole("option", { name: "Base64", exact: true }).click();
    await page.getByLabel(/^Signing secret/).fill(SECRET);
    const outcome = page.getByRole("region", { name: "Trial" }).getByRole("status");
    await expect(outcome).toContainText("It does not match yet");
    // The timestamp, a line end, the body.
    await page.getByRole("combobox", { name: /Stands/ }).click();
    await page.getByRole("option", { name: "In a header" }).click();
    await page.getByRole("textbox", { name: "Name of its header" }).fill("X-Ours-Time");
    const add = page.getByRole("button", { name: "Add a part to the signed text" });
    await add.click();
    await page.getByRole("menuitem", { name: "text", exact: true }).click();
    const text = page.getByRole("textbox", { name: "Text", exact: true });
    await expect(text).toBeFocused();
    await text.fill("\\n");
    // Moved before the body by keys.
    await page.keyboard.press("Alt+ArrowLeft");
    await add.click();
    await page.getByRole("menuitem", { name: "timestamp" }).click();
    await page.getByRole("button", { name: "Move timestamp left" }).click();
    await page.getByRole("button", { name: "Move timestamp left" }).click();
    await expect(outcome).toContainText("It matches");
    await page.screenshot({ path: `../target/e2e/shots/editor-${theme}.png` });
    await expectAccessible(page);

    await page.keyboard.press("Control+s");
    await expect(page.getByRole("region", { name: "Scheme ours" })).toBeVisible();
    await page.screenshot({ path: `../target/e2e/shots/schemes-${theme}.png` });
    await expectAccessible(page);
    const kept = await bridge.call("schemes.get", { id: "ours" });
    expect(kept.own).toBe(true);

    // A fault in the text is named by line and column.
    await page.getByRole("button", { name: "Edit" }).click();
    await expect(page.getByRole("heading", { name: "Edit ours" })).toBeVisible();
    await page.getByRole("tab", { name: "Text" }).click();
    const area = page.getByRole("textbox", { name: "The file's text" });
    const before = await area.inputValue();
    await area.fill(before.replace("hmac-sha256", "hmac-sha999"));
    await expect(page.getByRole("button", { name: /^Line \d+, column \d+/ }).first()).toBeVisible();
    await page.screenshot({ path: `../target/e2e/shots/fault-${theme}.png` });
    await expectAccessible(page);
    await page
      .getByRole("button", { name: /^Line \d+, column \d+/ })
      .first()
      .click();
    await expect(area).toBeFocused();
    await page.getByRole("button", { name: "Discard" }).click();

    await page.getByRole("button", { name: "Remove…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove scheme" }).click();
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect.poll(async () => (await bridge.call("schemes.own", {})).schemes).toEqual([]);
  });

test("a copy begins with what the scheme says", async ({ page, bridge }) => {
  await page.goto(`${bridge.url}/#/schemes?id=stripe`);
  await page.getByRole("button", { name: "Copy as my own" }).click();
  await expect(page.getByRole("textbox", { name: /^Name of the file/ })).toHaveValue("stripe-own");
  await expect(page.getByRole("textbox", { name: "Header", exact: true })).toHaveValue("Stripe-Signature");
  await expect(page.getByRole("group", { name: /^timestamp, part 1 of 3/ })).toBeVisible();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("region", { name: "Scheme stripe-own" })).toBeVisible();
});
