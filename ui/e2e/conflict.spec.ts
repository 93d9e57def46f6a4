import type { Page } from "@playwright/test";
import type { Endpoint } from "../src/generated/api";
import { type Bridge, expect, expectAccessible, test } from "./bridge";
import { connect, makeEndpoint, type Simulator, simulate } from "./providers";

const SHOTS = "../target/e2e/shots";

/** An endpoint at MindBridge, which counts the versions of each. */
async function begin(bridge: Bridge, sim: Simulator): Promise<Endpoint> {
  await connect(bridge, sim);
  const fields = { ...sim.fields, name: "Ledger alerts", status: "ACTIVE" };
  return makeEndpoint(bridge, { ...sim, fields }, ["ANALYSIS_COMPLETE"], "box");
}

/** How it stands at the simulator itself; with a patch: changed there by someone else. */
async function there(sim: Simulator, id: string, patch?: Record<string, unknown>): Promise<Record<string, unknown>> {
  const url = `${sim.base_url}/v1/webhooks/${id}`;
  const headers = { authorization: `Bearer ${sim.token}`, "content-type": "application/json" };
  const ask = async (init: RequestInit) => {
    const answer = await fetch(url, { headers, ...init });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  const now = await ask({});
  return patch ? ask({ method: "PUT", body: JSON.stringify({ ...now, ...patch }) }) : now;
}

async function edit(page: Page, name: string) {
  await page.getByRole("region", { name: /^Endpoint / }).waitFor();
  await page.keyboard.press("e");
  const form = page.getByRole("dialog", { name: `Edit ${name}` });
  await expect(form).toBeVisible();
  const alert = form.getByRole("alert");
  return {
    form,
    alert,
    name: form.getByRole("textbox", { name: /^Name/ }),
    lines: alert.getByRole("row").filter({ has: page.getByRole("cell") }),
  };
}

for (const theme of ["light", "dark"] as const)
  test(`changed here and at the provider: both sides, theirs taken, then mine sent, ${theme}`, async ({
    page,
    bridge,
  }) => {
    test.setTimeout(60_000);
    const sim = await simulate("mindbridge");
    try {
      await bridge.call("settings.update", { theme } as never);
      const { id } = await begin(bridge, sim);
      await page.goto(`${bridge.url}/#/endpoints?id=mindbridge%2F${id}`);

      // Theirs.
      const first = await edit(page, "Ledger alerts");
      await first.name.fill("Alerts of mine");
      await there(sim, id, { name: "Alerts of theirs" });
      await first.name.press("Enter");
      await expect(first.alert).toContainText("It was changed at MindBridge meanwhile.");
      await expect(first.alert).toBeFocused();
      await expect(first.lines).toHaveText([/^Name\s*Alerts of mine\s*Alerts of theirs$/]);
      expect((await there(sim, id)).name).toBe("Alerts of theirs");
      await page.screenshot({ path: `${SHOTS}/conflict-one-${theme}.png` });
      await expectAccessible(page);
      await page.keyboard.press("Tab");
      await expect(first.form.getByRole("button", { name: "Take theirs" })).toBeFocused();
      await page.keyboard.press("Enter");
      await expect(first.form).toHaveCount(0);
      await expect(page.getByRole("region", { name: "Endpoint Alerts of theirs" })).toBeVisible();
      expect((await there(sim, id)).name).toBe("Alerts of theirs");

      // Mine. What was not touched here stays as it is there.
      const second = await edit(page, "Alerts of theirs");
      await expect(second.name).toHaveValue("Alerts of theirs");
      await second.name.fill("Alerts of mine");
      await second.form
        .getByRole("textbox", { name: /^Address/ })
        .fill("https://hooks.example.com/a/rather/long/path/of/mine/that/does/not/fit/into/a/narrow/cell");
      await there(sim, id, {
        name: "Alerts of the finance team",
        events: ["ANALYSIS_COMPLETE", "ANALYSIS_FAILED", "EXPORT_READY"],
      });
      await second.name.press("Enter");
      await expect(second.lines).toHaveCount(3);
      await expect(second.lines.filter({ hasText: "Event types" })).toContainText("Not changed here");
      await page.screenshot({ path: `${SHOTS}/conflict-${theme}.png` });
      await expectAccessible(page);
      await page.setViewportSize({ width: 640, height: 400 });
      await page.screenshot({ path: `${SHOTS}/conflict-small-${theme}.png` });
      await expectAccessible(page);
      await page.setViewportSize({ width: 1280, height: 800 });
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await expect(second.form.getByRole("button", { name: "Send mine over theirs" })).toBeFocused();
      // Once more meanwhile: shown again, nothing lost.
      await there(sim, id, { name: "Alerts of someone else" });
      await page.keyboard.press("Enter");
      await expect(second.lines.filter({ hasText: "Name" })).toContainText("Alerts of someone else");
      await expect(second.alert).toBeFocused();
      await page.keyboard.press("Tab");
      await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
      await expect(second.form).toHaveCount(0);
      await expect(page.getByRole("region", { name: "Endpoint Alerts of mine" })).toBeVisible();
      expect(await there(sim, id)).toMatchObject({
        name: "Alerts of mine",
        url: expect.stringContaining("/of/mine/"),
        events: ["ANALYSIS_COMPLETE", "ANALYSIS_FAILED", "EXPORT_READY"],
      });
    } finally {
      await sim.stop();
    }
  });

test("what was typed before the list was read again is a conflict too, not sent unasked", async ({ page, bridge }) => {
  const sim = await simulate("mindbridge");
  try {
    const { id } = await begin(bridge, sim);
    await page.goto(`${bridge.url}/#/endpoints?id=mindbridge%2F${id}`);
    const before = await edit(page, "Ledger alerts");
    await before.name.fill("Alerts of mine");
    await page.keyboard.press("Escape");
    await expect(before.form).toHaveCount(0);
    const events = ["ANALYSIS_COMPLETE", "EXPORT_READY"];
    await bridge.call("endpoints.update", {
      connection: "mindbridge",
      id,
      events,
      fields: { name: "Alerts of theirs" },
      dry_run: false,
    });
    await expect(page.getByRole("region", { name: "Endpoint Alerts of theirs" })).toBeVisible();

    const after = await edit(page, "Alerts of theirs");
    await expect(after.name).toHaveValue("Alerts of mine");
    await after.name.press("Enter");
    await expect(after.lines).toHaveCount(2);
    expect(await there(sim, id)).toMatchObject({ name: "Alerts of theirs", events });
    await after.form.getByRole("button", { name: "Send mine over theirs" }).click();
    await expect(page.getByRole("region", { name: "Endpoint Alerts of mine" })).toBeVisible();
    expect(await there(sim, id)).toMatchObject({ name: "Alerts of mine", events });
  } finally {
    await sim.stop();
  }
});
