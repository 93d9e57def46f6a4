import { expect, expectAccessible, test } from "./bridge";
import { connect, makeEndpoint, simulate } from "./providers";

const SHOTS = "../target/e2e/shots";

for (const theme of ["light", "dark"] as const)
  test(`GitHub: connected, an endpoint made with a secret of Waybill's, and its end in numbers, ${theme}`, async ({
    page,
    bridge,
  }) => {
    test.setTimeout(60_000);
    const sim = await simulate("github");
    try {
      await bridge.call("settings.update", { theme } as never);
      await page.goto(`${bridge.url}/#/connections?new=true&provider=github`);
      const panel = page.getByRole("dialog", { name: /^Connect GitHub/ });
      await panel.getByRole("button", { name: "Another address" }).click();
      await panel.getByRole("textbox", { name: /^Base address/ }).fill(sim.base_url);
      await expect(panel.getByRole("radio", { name: "Webhooks of a repository" })).toBeChecked();
      await panel.getByRole("radio", { name: "Webhooks of an organisation" }).check();
      await expect(panel.getByRole("textbox", { name: /^Repository/ })).toHaveCount(0);
      await panel.getByRole("radio", { name: "Webhooks of a repository" }).check();
      await panel.getByRole("textbox", { name: /^Owner/ }).fill(sim.vars.owner ?? "");
      await panel.getByRole("textbox", { name: /^Repository/ }).fill(sim.vars.repo ?? "");
      await panel.getByLabel(/^Access token/).fill(sim.token);
      await page.screenshot({ path: `${SHOTS}/connect-github-${theme}.png` });
      await expectAccessible(page);
      await panel.getByRole("button", { name: "Connect and test" }).click();
      await page.getByRole("button", { name: "Open its endpoints" }).click();

      await page.getByRole("button", { name: "New endpoint" }).first().click();
      const form = page.getByRole("dialog", { name: "New endpoint" });
      await expect(form.getByText(/The secret is made here/)).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/new-github-${theme}.png` });
      await expectAccessible(page);
      await form.getByRole("button", { name: "Create endpoint" }).click();
      const kept = page.getByRole("dialog", { name: "In memory only" });
      await expect(kept).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/kept-github-${theme}.png` });
      await kept.getByRole("button", { name: "Done" }).click();
      await sim.post("emit", { type: "push", count: 4 });
      await sim.settled();

      const detail = page.getByRole("region", { name: /^Endpoint / });
      await detail.getByRole("button", { name: "Delete…" }).click();
      const ask = page.getByRole("dialog", { name: /^Delete / });
      await expect(ask.getByText(/events in the last 7 days|about \d+ events a day/)).toBeVisible();
      await expect(ask.getByText(/gets nothing any more/)).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/delete-${theme}.png` });
      await expectAccessible(page);
      await ask.getByRole("button", { name: "Delete at GitHub" }).click();
      await expect(page.getByText("Deleted at the provider")).toBeVisible();
    } finally {
      await sim.stop();
    }
  });

for (const provider of ["gitlab", "stripe", "svix"])
  test(`${provider}: the form connects and makes an endpoint`, async ({ page, bridge }) => {
    const sim = await simulate(provider);
    try {
      await page.goto(`${bridge.url}/#/connections?new=true&provider=${provider}`);
      const panel = page.getByRole("dialog", { name: /^Connect / });
      await expect(panel).toBeVisible();
      const other = panel.getByRole("button", { name: "Another address" });
      if (await other.count()) await other.click();
      else await panel.getByRole("radio", { name: "Another address" }).check();
      await panel.getByRole("textbox", { name: /^Base address/ }).fill(sim.base_url);
      const { variables } = (await bridge.call("providers.list", {})).find((one) => one.id === provider) ?? {
        variables: [],
      };
      for (const variable of variables) {
        const field = panel.getByRole("textbox", { name: variable.label, exact: true });
        if (await field.count()) await field.fill(sim.vars[variable.name] ?? "");
      }
      await panel.locator('input[type="password"]').fill(sim.token);
      await panel.getByRole("button", { name: "Connect and test" }).click();
      await expect(page.getByText("It works.")).toBeVisible();
      await page.screenshot({ path: `${SHOTS}/connected-${provider}.png` });
      await page.getByRole("button", { name: "Open its endpoints" }).click();
      await page.getByRole("button", { name: "New endpoint" }).first().click();
      const form = page.getByRole("dialog", { name: "New endpoint" });
      await page.screenshot({ path: `${SHOTS}/new-${provider}.png` });
      await expectAccessible(page);
      await expect(form.getByRole("textbox", { name: /^Address/ })).toHaveValue(/\/in\//);
      // Svix knows no types of its own: every one is chosen there from the beginning.
      if (provider !== "svix") {
        await form.getByRole("radio", { name: /^Only these/ }).check();
        await form
          .getByRole("checkbox", { name: provider === "stripe" ? "invoice.paid" : "push_events", exact: true })
          .check();
      }
      await form.getByRole("button", { name: "Create endpoint" }).click();
      await expect(page.getByRole("dialog", { name: "In memory only" })).toBeVisible();
    } finally {
      await sim.stop();
    }
  });

test("a change in two calls: both are shown before any is made", async ({ page, bridge }) => {
  const sim = await simulate("github");
  try {
    await connect(bridge, sim);
    const made = await makeEndpoint(bridge, sim, ["push"], "box");
    await page.goto(`${bridge.url}/#/endpoints?id=github%2F${made.id}`);
    await page.getByRole("button", { name: "Edit", exact: true }).click();
    const form = page.getByRole("dialog", { name: /^Edit / });
    await form.getByRole("textbox", { name: /^Address/ }).fill("https://hooks.example.com/new");
    await form.getByRole("checkbox", { name: "release", exact: true }).check();
    await form.getByRole("button", { name: "Show the call" }).click();
    const call = form.locator("pre");
    await expect(call).toContainText(
      /PATCH \S+\/hooks\/\d+\n[\s\S]*\n\nThen, once that is done:\n\nPATCH \S+\/hooks\/\d+\/config\n/,
    );
    await expect(call).toContainText("https://hooks.example.com/new");
    await expect(call).toContainText('"release"');
    await page.screenshot({ path: `${SHOTS}/two-calls.png` });
    await expectAccessible(page);
    const { endpoints } = await bridge.call("endpoints.list", { connection: "github" });
    expect(endpoints[0]?.url).toBe(made.url);
  } finally {
    await sim.stop();
  }
});

test("findings stand first, and show what they speak of", async ({ page, bridge }) => {
  const sim = await simulate("stripe");
  try {
    await connect(bridge, sim);
    await makeEndpoint(bridge, sim, ["invoice.paid"], "a");
    await bridge.call("settings.update", { public_url: "https://new-fox.example.com" } as never);
    await page.goto(`${bridge.url}/#/endpoints`);
    await expect(page.getByText("The public address changed.")).toBeVisible();
    await page.screenshot({ path: `${SHOTS}/findings.png` });
    await expectAccessible(page);
  } finally {
    await sim.stop();
  }
});
