import { gzipSync } from "node:zlib";
import { type Bridge, expect, rows, test } from "./bridge";

async function inbox(bridge: Bridge, name: string): Promise<void> {
  await bridge.call("inboxes.create", {
    name,
    scheme: null,
    secrets: [],
    config: {},
    answer: null,
    forward_to: [],
    connection: null,
    endpoint: null,
  });
}

const panel = "[role=tabpanel]:not([hidden])";

for (const [what, body, type, expected] of [
  ["JSON", '{"type":"order.paid","data":{"amount":12.50,"tags":["a","b"]}}', "application/json", ["amount:", "12.50"]],
  ["broken JSON", '{"a": 1,\n "b": }', "application/json", ["This is not whole JSON: line 2"]],
  ["a form", "a=1&b=two+words&a=3", "application/x-www-form-urlencoded", ["3 fields", "two words"]],
  ["text", "hällo\nworld", "text/plain; charset=utf-8", ["hällo", "world"]],
  ["XML", "<a><b>1</b></a>", "application/xml", ["<b>1</b>"]],
  ["nothing", "", "application/json", ["No body"]],
  ["bytes", new Uint8Array([0, 159, 146, 150, 1, 2, 3]), "application/octet-stream", ["not text"]],
  [
    "markup, which stays text",
    "<script>document.title='owned'</script><b>x</b>",
    "text/html",
    ["<script>document.title"],
  ],
] as const) {
  test(`the payload: ${what}`, async ({ page, bridge }) => {
    await inbox(bridge, "in");
    expect(await bridge.deliver("in", body as string, { "content-type": type })).toBe(200);
    await page.goto(bridge.url);
    await rows(page).first().click();
    for (const text of expected) await expect(page.locator(panel)).toContainText(text);
    expect(await page.title()).toBe("Waybill");
  });
}

test("the payload: multipart, and a compressed body", async ({ page, bridge }) => {
  await inbox(bridge, "in");
  const form = [
    "--x",
    'Content-Disposition: form-data; name="note"',
    "",
    "hello",
    "--x",
    'Content-Disposition: form-data; name="file"; filename="a.bin"',
    "Content-Type: application/octet-stream",
    "",
    "data",
    "--x--",
    "",
  ].join("\r\n");
  await bridge.deliver("in", form, { "content-type": "multipart/form-data; boundary=x" });
  await page.goto(bridge.url);
  await rows(page).first().click();
  await expect(page.locator(panel)).toContainText("a.bin");
  await expect(page.locator(panel)).toContainText("hello");
  await bridge.deliver("in", gzipSync('{"zipped":true}'), {
    "content-type": "application/json",
    "content-encoding": "gzip",
  });
  await page.keyboard.press("Space");
  await expect(page.locator(panel)).toContainText("zipped");
  await expect(page.locator(panel)).toContainText("gzip");
});

test("the tree is searched, copied from and filtered by", async ({ page, bridge }) => {
  await inbox(bridge, "in");
  await bridge.deliver("in", '{"data":{"run_id":"run_88213","deep":[{"x":1},{"x":2}]}}');
  await bridge.deliver("in", '{"data":{"run_id":"another"}}');
  await page.goto(bridge.url);
  await rows(page).nth(1).click();
  await page.getByRole("textbox", { name: "Search keys and values" }).fill("88213");
  await expect(page.getByRole("treeitem", { selected: true })).toContainText("run_88213");
  await page.getByRole("button", { name: "Path" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("data.run_id");
  await page.getByRole("button", { name: "Value" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("run_88213");
  await page.getByRole("button", { name: "Filter by this" }).click();
  await expect(rows(page)).toHaveCount(1);
  await page.getByRole("tree").focus();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("treeitem")).toHaveCount(1);
});

test("headers as they came, credentials hidden until asked for", async ({ page, bridge }) => {
  await inbox(bridge, "in");
  await bridge.deliver("in", "{}", {
    "content-type": "application/json",
    authorization: "Bearer made-up",
    "X-Thing": "1",
  });
  await page.goto(bridge.url);
  await rows(page).first().click();
  await page.keyboard.press("2");
  await expect(page.getByText("Bearer made-up")).toBeHidden();
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText("Bearer made-up")).toBeVisible();
});

test("the bytes in hexadecimal and as text", async ({ page, bridge }) => {
  await inbox(bridge, "in");
  await bridge.deliver("in", "0123456789abcdef-next");
  await page.goto(bridge.url);
  await rows(page).first().click();
  await page.keyboard.press("5");
  await expect(page.locator(panel)).toContainText("30 31 32 33 34 35 36 37 38 39 61 62 63 64 65 66");
  await expect(page.locator(panel)).toContainText("00000010");
  await page.getByRole("button", { name: "Head" }).click();
  await page.getByRole("button", { name: "Text" }).click();
  await expect(page.locator(panel)).toContainText("POST /in/in HTTP/1.1");
});

test.describe("signatures", () => {
  test.use({ seed: 20 });

  test("a valid one shows how it was reached; a broken one says why", async ({ page, bridge }) => {
    await page.goto(`${bridge.url}/#/?q=inbox%3Amynd`);
    await rows(page).first().click();
    await page.keyboard.press("3");
    await expect(page.getByRole("heading", { name: "The signature is valid" })).toBeVisible();
    await expect(page.locator(panel)).toContainText("HMAC-SHA256");
    await expect(page.locator(panel)).toContainText("Signed text");
    // The same headers with another body.
    const { deliveries } = await bridge.call("deliveries.list", { query: "inbox:mynd", limit: 1, after: null });
    const headers = Object.fromEntries(
      deliveries[0]?.headers.filter(([name]) => !/^(host|connection|content-length)$/i.test(name)) ?? [],
    );
    await bridge.deliver("mynd", '{"type":"run.failed"}', headers);
    await page.keyboard.press("Space");
    await expect(page.getByText("Signature invalid").first()).toBeVisible();
    await expect(page.getByRole("heading", { name: /does not match/ })).toBeVisible();
    await page.getByRole("button", { name: "Check again" }).click();
    await expect(page.getByText(/deliver(y|ies) checked again/)).toBeVisible();
  });
});
