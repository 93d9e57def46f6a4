import { expect, expectAccessible, test } from "./bridge";
import { connect, simulate } from "./providers";

const SHOTS = "../target/e2e/shots";

for (const theme of ["light", "dark"] as const)
  test(`a create whose answer was lost is a finding, and rotating mends it, ${theme}`, async ({ page, bridge }) => {
    test.setTimeout(60_000);
    const sim = await simulate("mnemom");
    try {
      await bridge.call("settings.update", { theme } as never);
      await connect(bridge, sim);
      await sim.post("fault", { fault: "cut_body", method: "POST" });
      await page.goto(`${bridge.url}/#/endpoints?new=true`);
      const form = page.getByRole("dialog", { name: "New endpoint" });
      await form.getByRole("textbox", { name: /^Address/ }).fill("https://hooks.example.com/a");
      await form.getByRole("combobox", { name: /^Inbox/ }).fill("");
      await form.getByRole("checkbox", { name: "integrity.violation" }).check();
      await form.getByRole("button", { name: "Create endpoint" }).click();
      await expect(form.getByText(/It may have happened/)).toBeInViewport();
      await page.screenshot({ path: `${SHOTS}/custody-unknown-${theme}.png` });
      await form.getByRole("button", { name: "Close" }).click();

      // Nobody knows yet; looking at the provider tells.
      const look = page.getByRole("button", { name: /^See what became of it:/ });
      await expect(look).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/custody-unanswered-${theme}.png` });
      await expectAccessible(page);
      await look.click();
      const rotate = page.getByRole("button", { name: /^Rotate now:/ }).first();
      await expect(rotate).toBeVisible();
      await page.getByRole("button", { name: "Read again" }).first().click();
      await page
        .getByRole("grid", { name: /^Endpoints,/ })
        .getByRole("row")
        .nth(1)
        .click();
      const detail = page.getByRole("region", { name: /^Endpoint / });
      await expect(detail.getByText("An endpoint has no secret here.")).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/custody-found-${theme}.png` });
      await expectAccessible(page);
      await detail.getByRole("button", { name: /^Rotate now:/ }).click();
      const ask = page.getByRole("dialog", { name: /^Rotate the secret/ });
      await ask.getByRole("button", { name: "Show the call" }).click();
      await expect(ask.getByText("The call, not made yet")).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/custody-ask-${theme}.png` });
      await expectAccessible(page);
      await ask.getByRole("button", { name: "Rotate now" }).click();
      await expect(page.getByRole("dialog", { name: "In memory only" })).toBeVisible();
      await page.getByRole("button", { name: "Done" }).click();
      await expect(page.getByText("An endpoint has no secret here.")).toHaveCount(0);
      expect(await bridge.call("custody.list", {})).toEqual([]);
      const { endpoints } = await bridge.call("endpoints.list", { connection: null });
      expect(endpoints.map((one) => one.credential.in_vault)).toEqual([true]);
    } finally {
      await sim.stop();
    }
  });
