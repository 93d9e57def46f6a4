import { createHmac } from "node:crypto";
import { type Bridge, expect, expectAccessible, rows, test } from "./bridge";

const hex = (secret: string, text: string) => createHmac("sha256", secret).update(text).digest("hex");
const panel = "[role=tabpanel]:not([hidden])";

async function inbox(bridge: Bridge, name: string, scheme: string | null, secrets: string[]): Promise<void> {
  await bridge.call("inboxes.create", {
    name,
    scheme,
    secrets,
    config: {},
    answer: null,
    forward_to: [],
    connection: null,
    endpoint: null,
  } as never);
}

const github = (secret: string, body: string) => ({
  "content-type": "application/json",
  "x-github-event": "push",
  "x-hub-signature-256": `sha256=${hex(secret, body)}`,
});

for (const theme of ["light", "dark"] as const)
  test(`a stored secret with a line end is named, and one press mends it for all, ${theme}`, async ({
    page,
    bridge,
  }) => {
    await bridge.call("settings.update", { theme } as never);
    await inbox(bridge, "ci", "github-sha256", ["made-up-secret\n"]);
    for (let n = 0; n < 5; n += 1) {
      const body = JSON.stringify({ n, note: "made up" });
      await bridge.deliver("ci", body, github("made-up-secret", body));
    }
    await page.goto(`${bridge.url}/#/?q=inbox%3Aci`);
    await rows(page).first().click();
    await page.keyboard.press("3");
    await expect(page.getByRole("heading", { name: /does not match, and here is why/ })).toBeVisible();
    const causes = page.getByRole("list", { name: /likeliest first/ });
    const first = causes.getByRole("listitem").first();
    await expect(first).toContainText("Certain");
    await expect(first).toContainText(/line|white space/i);
    await expect(first).toContainText("4 others");
    await page.screenshot({ path: `../target/e2e/shots/diagnosis-${theme}.png` });
    await expectAccessible(page);
    // By keys: the first button after the open cause's head is the mend.
    await first.getByRole("button", { expanded: true }).focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page.getByText(/5 deliveries checked again, all are valid now/)).toBeVisible();
    await expect(page.getByRole("heading", { name: "The signature is valid" })).toBeVisible();
    await expect(
      page
        .locator(panel)
        .getByText(/5 deliveries checked again/)
        .first(),
    ).toBeVisible();
    await page.screenshot({ path: `../target/e2e/shots/mended-${theme}.png` });
    await expectAccessible(page);
    const { deliveries } = await bridge.call("deliveries.list", { query: "inbox:ci", limit: 9, after: null });
    expect(deliveries.map((one) => one.verdict)).toEqual(Array(5).fill("valid"));
  });

test("a rewritten body is shown beside what was signed", async ({ page, bridge }) => {
  await inbox(bridge, "ci", "github-sha256", ["made-up-secret"]);
  const signed = '{"a":1,"b":[1,2],"c":"made up"}';
  await bridge.deliver("ci", '{"a": 1, "b": [1, 2], "c": "made up"}', github("made-up-secret", signed));
  await page.goto(bridge.url);
  await rows(page).first().click();
  await page.keyboard.press("3");
  const first = page
    .getByRole("list", { name: /likeliest first/ })
    .getByRole("listitem")
    .first();
  await expect(first).toContainText("Certain");
  await expect(first.getByRole("columnheader", { name: "What was signed" })).toBeVisible();
  await expect(first.locator("mark, [class*=nothing]").first()).toBeVisible();
  await page.screenshot({ path: "../target/e2e/shots/rewritten-light.png" });
});

test("nothing fits: what was tried is said, and the search can go on", async ({ page, bridge }) => {
  await inbox(bridge, "ci", "github-sha256", ["made-up-secret"]);
  await bridge.deliver("ci", '{"a":1}', github("a-secret-nobody-here-has", '{"a":1}'));
  await page.goto(bridge.url);
  await rows(page).first().click();
  await page.keyboard.press("3");
  await expect(page.getByRole("heading", { name: /does not match/ })).toBeVisible();
  await expect(page.getByText("What was tried")).toBeVisible();
  await page.getByText("What, and how often").click();
  await expect(page.locator(`${panel} details[open] dt`).first()).toBeVisible();
});

test("the inbox form proposes what the last delivery looks like", async ({ page, bridge }) => {
  await inbox(bridge, "ci", null, []);
  await bridge.deliver("ci", '{"a":1}', github("made-up-secret", '{"a":1}'));
  await page.goto(`${bridge.url}/#/inboxes?name=ci`);
  await expect(page.getByText(/The last delivery looks like/)).toBeVisible();
  await page.getByRole("button", { name: "Use github-sha256" }).click();
  await expect(page.getByRole("combobox", { name: "Scheme" })).toHaveValue("github-sha256");
  await expect(page.getByText(/Its text as it is/)).toBeVisible();
  await page.keyboard.press("Control+s");
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
  // Searched by what people call it.
  const field = page.getByRole("combobox", { name: "Scheme" });
  await field.fill("strip");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(field).toHaveValue("stripe");
  await expectAccessible(page);
});
