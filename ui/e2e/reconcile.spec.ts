import { expect, expectAccessible, test } from "./bridge";
import { connect, makeEndpoint, simulate } from "./providers";

const SHOTS = "../target/e2e/shots";

// GitHub's log holds the requests; Mnemom sends them again.
const ROWS = [
  { provider: "github", event: "push", yes: "Bring in 3", says: /3 fetched from the log \(3 with a valid signature\)/ },
  { provider: "mnemom", event: "integrity.violation", yes: "Have 3 sent again", says: /3 asked for/ },
] as const;

for (const [at, theme] of (["light", "dark"] as const).entries())
  for (const row of ROWS)
    test(`${row.provider}: three missing are shown and brought in, ${theme}`, async ({ page, bridge }) => {
      test.setTimeout(60_000);
      const sim = await simulate(row.provider);
      try {
        await bridge.call("settings.update", { theme } as never);
        await connect(bridge, sim);
        const endpoint = await makeEndpoint(bridge, sim, [row.event], "box");
        await sim.post("emit", { type: row.event, count: 2 });
        await sim.settled();
        await sim.post("drop", { count: 3 });
        await sim.post("emit", { type: row.event, count: 3 });
        await sim.settled();

        await page.goto(`${bridge.url}/#/endpoints?id=${row.provider}%2F${endpoint.id}&tab=log`);
        const detail = page.getByRole("region", { name: /^Endpoint / });
        const log = detail.getByRole("grid", { name: /^What .* sent$/ });
        await expect(log.getByRole("row").filter({ hasText: "Missing" })).toHaveCount(3);
        await expect(detail.getByRole("button", { name: "Missing 3" })).toBeVisible();
        await page.screenshot({ path: `${SHOTS}/reconcile-${row.provider}-${theme}.png` });
        await expectAccessible(page);

        if (at === 1) {
          // By keys alone: filter, choose one with Space, ask.
          await detail.getByRole("button", { name: "Missing 3" }).press("Enter");
          await log.focus();
          await page.keyboard.press("Space");
          await expect(log.getByRole("row", { selected: true })).toHaveCount(1);
          await expect(detail.getByRole("button", { name: "Bring in 1" })).toBeVisible();
          await page.keyboard.press("Space");
          await page.keyboard.press("b");
        } else {
          await detail.getByRole("button", { name: "Bring in all 3" }).click();
        }
        const ask = page.getByRole("dialog", { name: "Bring in 3 missing deliveries?" });
        await expect(ask).toBeVisible();
        await page.screenshot({ path: `${SHOTS}/bring-in-${row.provider}-${theme}.png` });
        await expectAccessible(page);
        await ask.getByRole("button", { name: row.yes }).click();
        await expect(detail.getByText(row.says)).toBeVisible({ timeout: 15_000 });
        if (at === 1)
          await page
            .getByRole("button", { name: "Show all" })
            .or(detail.getByRole("button", { name: /^All/ }))
            .first()
            .click();
        await expect(log.getByRole("row").filter({ hasText: "Missing" })).toHaveCount(0, { timeout: 20_000 });
        await page.screenshot({ path: `${SHOTS}/brought-in-${row.provider}-${theme}.png` });
        await expectAccessible(page);

        // A row opens its delivery here.
        await log.focus();
        await page.keyboard.press("Home");
        await page.keyboard.press("Enter");
        await expect(page.getByRole("tab", { name: "Payload" })).toBeVisible();
      } finally {
        await sim.stop();
      }
    });

test("a provider that offers no way says so, and what can be done there", async ({ page, bridge }) => {
  const sim = await simulate("mynd");
  try {
    await connect(bridge, sim);
    const endpoint = await makeEndpoint(bridge, sim, ["run.failed"], "box");
    await sim.post("drop", { count: 2 });
    await sim.post("emit", { type: "run.failed", count: 2 });
    await sim.settled();
    await page.goto(`${bridge.url}/#/endpoints?id=mynd%2F${endpoint.id}&tab=log`);
    const detail = page.getByRole("region", { name: /^Endpoint / });
    await expect(detail.getByText("These can't be brought in from here.")).toBeVisible();
    await expect(detail.getByText(/Replay the captured delivery/)).toHaveCount(0);
    await expect(detail.getByRole("button", { name: /^Bring in/ })).toHaveCount(0);
    await page.screenshot({ path: `${SHOTS}/no-way.png` });
    await expectAccessible(page);
  } finally {
    await sim.stop();
  }
});

for (const theme of ["light", "dark"] as const)
  test(`all endpoints side by side, problems first, ${theme}`, async ({ page, bridge }) => {
    test.setTimeout(60_000);
    const [github, mnemom] = await Promise.all([simulate("github"), simulate("mnemom")]);
    try {
      await bridge.call("settings.update", { theme } as never);
      for (const sim of [github, mnemom]) await connect(bridge, sim);
      await makeEndpoint(bridge, github, ["push"], "hub");
      await makeEndpoint(bridge, mnemom, ["integrity.violation"], "alerts");
      await mnemom.post("drop", { count: 2 });
      await mnemom.post("emit", { type: "integrity.violation", count: 3 });
      await mnemom.settled();
      await page.goto(`${bridge.url}/#/endpoints`);
      await expect(page.getByRole("heading", { name: "Endpoints", level: 1 })).toBeVisible();
      await page.getByRole("button", { name: "Reconcile" }).click();
      const grid = page.getByRole("grid", { name: "Endpoints by what is missing" });
      const lines = grid.getByRole("row").filter({ has: page.getByRole("gridcell") });
      await expect(lines).toHaveCount(2);
      await expect(lines.first()).toContainText("Missing");
      await expect(lines.first()).toContainText("alerts");
      await page.screenshot({ path: `${SHOTS}/reconcile-all-${theme}.png` });
      await expectAccessible(page);
      await lines.first().click();
      await expect(page.getByRole("grid", { name: /^What .* sent$/ })).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/reconcile-all-open-${theme}.png` });
      await expectAccessible(page);
    } finally {
      await Promise.all([github.stop(), mnemom.stop()]);
    }
  });

test("in a small window the log has its place, and keys alone lead through it", async ({ page, bridge }) => {
  const sim = await simulate("github");
  try {
    await connect(bridge, sim);
    await makeEndpoint(bridge, sim, ["push"], "box");
    await sim.post("drop", { count: 2 });
    await sim.post("emit", { type: "push", count: 4 });
    await sim.settled();
    await page.setViewportSize({ width: 900, height: 600 });
    await page.goto(`${bridge.url}/#/endpoints`);
    await page.getByRole("grid", { name: /^Endpoints,/ }).focus();
    await page.keyboard.press("Enter");
    const detail = page.getByRole("region", { name: /^Endpoint / });
    await expect(detail).toBeVisible();
    await page.keyboard.press("2");
    const log = detail.getByRole("grid", { name: /^What .* sent$/ });
    await expect(log.getByRole("row").filter({ hasText: "Missing" })).toHaveCount(2);
    await page.screenshot({ path: `${SHOTS}/reconcile-small.png` });
    await expectAccessible(page);
    await page.keyboard.press("b");
    await expect(page.getByRole("dialog", { name: "Bring in 2 missing deliveries?" })).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await page.keyboard.press("Shift+L");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("grid", { name: "Endpoints by what is missing" })).toBeVisible();
    await page.screenshot({ path: `${SHOTS}/reconcile-all-small.png` });
    await expectAccessible(page);
    await page.setViewportSize({ width: 640, height: 400 });
    await expectAccessible(page);
  } finally {
    await sim.stop();
  }
});

test("10,000 entries and 1,000 endpoints do not block the window", async ({ page, bridge }) => {
  test.setTimeout(120_000);
  const sim = await simulate("svix", "--endpoints", "1000", "--deliveries", "10000");
  try {
    await connect(bridge, sim);
    const { endpoints } = await bridge.call("endpoints.list", { connection: "svix" });
    expect(endpoints).toHaveLength(1000);
    // The longest time the page did not answer.
    await page.addInitScript(() => {
      const held = { longest: 0, at: performance.now() };
      (window as never as { held: typeof held }).held = held;
      setInterval(() => {
        const now = performance.now();
        held.longest = Math.max(held.longest, now - held.at - 10);
        held.at = now;
      }, 10);
    });
    const calm = () =>
      page.evaluate(() => {
        const { held } = window as never as { held: { longest: number } };
        const { longest } = held;
        held.longest = 0;
        return Math.round(longest);
      });
    await page.goto(`${bridge.url}/#/endpoints`);
    const list = page.getByRole("grid", { name: "Endpoints, those with problems first" });
    await expect(list).toHaveAttribute("aria-rowcount", "1001");
    await calm();
    await list.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    const detail = page.getByRole("region", { name: /^Endpoint / });
    await expect(detail).toBeVisible();
    const listed = await calm();
    // The seeded log is that of the first endpoint.
    const busy = endpoints.find((one) => one.url.endsWith("/0")) ?? endpoints[0];
    await page.goto(`${bridge.url}/#/endpoints?id=svix%2F${busy?.id}&tab=log`);
    await page.getByRole("button", { name: "Everything" }).click();
    await page.getByRole("button", { name: "Read up to 10,000" }).click({ timeout: 30_000 });
    const log = page.getByRole("grid", { name: /^What .* sent$/ });
    await expect(log).toHaveAttribute("aria-rowcount", "10001", { timeout: 60_000 });
    await log.focus();
    for (const key of ["End", "Home", "PageDown", "End"]) await page.keyboard.press(key);
    const read = await calm();
    console.log(`longest block: ${listed} ms with 1,000 endpoints, ${read} ms with 10,000 entries`);
    expect(listed).toBeLessThan(500);
    expect(read).toBeLessThan(1_000);
  } finally {
    await sim.stop();
  }
});
