import { expect, rows, test } from "./bridge";

test.use({ seed: 60 });

test("keys move, open tabs, star and hold", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(rows(page).first()).toBeVisible();
  // Until the user moves, the newest is open.
  await expect(rows(page).nth(0)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("j");
  await expect(rows(page).nth(1)).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect(rows(page).nth(1)).toHaveAttribute("aria-selected", "true");
  for (const [key, tab] of [
    ["1", "Payload"],
    ["2", "Headers"],
    ["3", "Signature"],
    ["4", "Replays"],
    ["5", "Raw"],
  ] as const) {
    await page.keyboard.press(key);
    await expect(page.getByRole("tab", { name: tab })).toHaveAttribute("aria-selected", "true");
  }
  await page.keyboard.press("s");
  await expect(rows(page).nth(1).getByLabel("Starred")).toBeVisible();
  await expect(page.getByRole("link", { name: /^Starred/ })).toContainText("1");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Live" })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Space");
  await expect(page.getByRole("button", { name: "Held", exact: true }).first()).toBeVisible();
});

test("arrivals are followed, wait while the user reads, and come with the pill", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(rows(page).first()).toBeVisible();
  await bridge.call("inboxes.create", {
    name: "live",
    scheme: null,
    secrets: [],
    config: {},
    answer: null,
    forward_to: [],
    connection: null,
    endpoint: null,
  });
  await bridge.deliver("live");
  await expect(rows(page).first()).toContainText("live");
  await page.keyboard.press("j");
  const text = await rows(page).nth(1).textContent();
  for (let n = 0; n < 12; n += 1) await bridge.deliver("live");
  const pill = page.getByRole("button", { name: "12 new" });
  await expect(pill).toBeVisible();
  // Nothing moved under the reader.
  expect(await rows(page).nth(1).textContent()).toBe(text);
  await pill.click();
  await expect(pill).toBeHidden();
  await expect(rows(page).nth(11)).toContainText("live");
  await expect(page.getByRole("link", { name: /^All/ })).toContainText("73");
});

test("a filter is completed, applied, and kept while the next one has a fault", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(rows(page).first()).toBeVisible();
  await page.keyboard.press("/");
  const bar = page.getByRole("combobox", { name: "Filter deliveries" });
  await expect(bar).toBeFocused();
  await bar.pressSequentially("inb");
  await expect(page.getByRole("option").first()).toBeVisible();
  await page.keyboard.press("Tab");
  await expect(bar).toHaveValue("inbox:");
  await expect(page.getByRole("option").first()).toBeVisible();
  await bar.pressSequentially("mynd");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=inbox%3Amynd/);
  const shown = await rows(page).count();
  expect(shown).toBeGreaterThan(0);
  for (let n = 0; n < shown; n += 1) await expect(rows(page).nth(n)).toContainText("mynd");
  await bar.fill("inbox:mynd (");
  await page.keyboard.press("Enter");
  await expect(bar).toHaveAttribute("aria-invalid", "true");
  await expect(rows(page)).toHaveCount(shown);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("grid", { name: "Deliveries, newest first" })).toBeFocused();
  // The sidebar's filter replaces what was typed.
  await page.getByRole("link", { name: /^All/ }).click();
  await expect(bar).toHaveValue("");
  await bar.fill("nothing-holds-this");
  await expect(page.getByText("Nothing matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear the filter" }).last().click();
  await expect(rows(page).first()).toBeVisible();
});

test("dragging over the histogram narrows the filter", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  const histogram = page.getByRole("slider", { name: /Deliveries over time/ });
  await expect(histogram.locator("rect").first()).toBeAttached();
  const box = await histogram.boundingBox();
  if (box === null) throw new Error("no histogram");
  await page.mouse.move(box.x + box.width * 0.3, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.6, box.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(page.getByRole("combobox", { name: "Filter deliveries" })).toHaveValue(/^since:\S+ until:\S+$/);
  await histogram.focus();
  await page.keyboard.press("Shift+ArrowLeft");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("combobox", { name: "Filter deliveries" })).toHaveValue(/^since:\S+ until:\S+$/);
});

test("what is deleted can be taken back", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(rows(page).first()).toBeVisible();
  const all = page.getByRole("link", { name: /^All/ });
  await expect(all).toContainText("60");
  await rows(page).nth(2).click();
  await rows(page)
    .nth(4)
    .click({ modifiers: ["Shift"] });
  await expect(page.getByRole("toolbar", { name: "Selected deliveries" })).toContainText("3 selected");
  await page.getByRole("toolbar", { name: "Selected deliveries" }).getByRole("button", { name: "Delete" }).click();
  await expect(all).toContainText("57");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(all).toContainText("60");
});

test("everything that matches can be chosen and handed to a replay", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(rows(page).first()).toBeVisible();
  await rows(page).nth(0).click();
  await rows(page)
    .nth(1)
    .click({ modifiers: ["Control"] });
  await page.getByRole("button", { name: "Select all 60" }).click();
  const toolbar = page.getByRole("toolbar", { name: "Selected deliveries" });
  await expect(toolbar).toContainText("60 selected");
  await toolbar.getByRole("button", { name: "Replay…" }).click();
  await expect(page).toHaveURL(/#\/replays\?/);
});

test("the last row of the list can be reached", async ({ page, bridge }) => {
  await page.goto(bridge.url);
  await expect(rows(page).first()).toBeVisible();
  await page.getByRole("grid", { name: "Deliveries, newest first" }).focus();
  await page.keyboard.press("End");
  await expect(page.locator('[aria-rowindex="61"]')).toBeInViewport();
  await expect(page.locator('[aria-rowindex="61"]')).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Home");
  await expect(page.locator('[aria-rowindex="2"]')).toBeInViewport();
});
