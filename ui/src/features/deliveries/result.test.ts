import { describe, expect, it } from "vitest";
import { createFake, type Fake } from "@/platform/fake";
import { ResultStore } from "./result";

async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await Promise.resolve();
}

async function opened(fake: Fake, query = ""): Promise<ResultStore> {
  const store = new ResultStore(fake);
  fake.subscribe((event) => store.hear(event));
  await store.open(query);
  await settle();
  return store;
}

const ids = (store: ResultStore, many = 3) => Array.from({ length: many }, (_, n) => store.row(n)?.id);

describe("the open result set", () => {
  it("holds a window, not everything", async () => {
    const fake = createFake({ deliveries: 100_000 });
    const store = await opened(fake);
    expect(store.state()).toMatchObject({ phase: "open", total: 100_000, shown: 100_000, following: true });
    expect(ids(store)).toEqual(["d-100000", "d-99999", "d-99998"]);
    store.want(50_000, 50_030);
    await settle();
    expect(store.row(50_000)?.id).toBe("d-50000");
    expect(store.row(20_000)).toBeUndefined();
  });

  it("follows the newest", async () => {
    const fake = createFake({ deliveries: 100 });
    const store = await opened(fake);
    fake.arrive(3);
    await settle();
    expect(store.state().shown).toBe(103);
    expect(ids(store)).toEqual(["d-103", "d-102", "d-101"]);
  });

  it("does not move a row while it does not follow, and counts what waits", async () => {
    const fake = createFake({ deliveries: 100 });
    const store = await opened(fake);
    store.stay();
    const before = ids(store, 10);
    for (let n = 0; n < 5; n += 1) fake.arrive(20);
    await settle();
    expect(ids(store, 10)).toEqual(before);
    expect(store.state()).toMatchObject({ total: 200, shown: 100 });
    expect(await store.locate("d-100")).toBe(0);
    store.follow();
    await settle();
    expect(ids(store)).toEqual(["d-200", "d-199", "d-198"]);
  });

  it("stays where it is when some of what arrived could not be told", async () => {
    const fake = createFake({ deliveries: 100 });
    const store = await opened(fake);
    store.stay();
    const before = ids(store, 10);
    fake.arrive(50);
    store.hear({ event: "missed" });
    // The rows are there all the while, so that a key finds its place.
    expect(ids(store, 10)).toEqual(before);
    await settle();
    expect(ids(store, 10)).toEqual(before);
    expect(store.state()).toMatchObject({ total: 150, shown: 100, following: false });
    store.follow();
    store.hear({ event: "missed" });
    await settle();
    expect(store.state()).toMatchObject({ total: 150, shown: 150, following: true });
  });

  it("takes along a burst that is larger than what the event carries", async () => {
    const fake = createFake({ deliveries: 100 });
    const store = await opened(fake);
    fake.arrive(400);
    await settle();
    expect(store.state().total).toBe(500);
    expect(ids(store)).toEqual(["d-500", "d-499", "d-498"]);
  });

  it("counts only what belongs to a filtered set", async () => {
    const fake = createFake({ deliveries: 100 });
    const store = await opened(fake, "inbox:mynd-prod");
    const before = store.state().total;
    fake.arrive(10);
    await settle();
    expect(store.state().total).toBe(before + 3);
    for (const n of [0, 1, 2]) expect(store.row(n)?.inbox).toBe("mynd-prod");
  });

  it("keeps the last query that worked while the new one has a fault", async () => {
    const fake = createFake({ deliveries: 100 });
    const store = await opened(fake);
    expect(await store.open("inbox:")).toBe(false);
    expect(store.state()).toMatchObject({ phase: "open", query: "", total: 100 });
    expect(store.state().fault?.code).toBe("invalid_query");
    expect(await store.open("inbox:mynd-prod")).toBe(true);
    expect(store.state().fault).toBeNull();
  });

  it("lets the last of two queries win, and closes the other", async () => {
    const fake = createFake({ deliveries: 100 });
    const store = await opened(fake);
    const first = store.open("inbox:mynd-prod");
    const second = store.open("inbox:github-ci");
    expect(await Promise.all([first, second])).toEqual([false, true]);
    await settle();
    expect(store.state().query).toBe("inbox:github-ci");
    expect(fake.calls.filter((call) => call.name === "deliveries.close")).toHaveLength(2);
  });

  it("shows a star at once, and makes the set anew when a row is gone", async () => {
    const fake = createFake({ deliveries: 100 });
    const store = await opened(fake);
    store.patch("d-100", { starred: true });
    expect(store.row(0)?.starred).toBe(true);
    await fake.call("deliveries.delete", { ids: ["d-99"] });
    store.refresh();
    await settle();
    expect(ids(store)).toEqual(["d-100", "d-98", "d-97"]);
    expect(store.state().total).toBe(99);
  });

  it("gives ranges whatever is loaded", async () => {
    const fake = createFake({ deliveries: 5_000 });
    const store = await opened(fake);
    const rows = await store.range(10, 1_510);
    expect(rows).toHaveLength(1_500);
    expect(rows[0]?.id).toBe("d-4990");
    expect(new Set(rows.map((row) => row.id)).size).toBe(1_500);
  });

  it("does not ask again and again for what fails", async () => {
    const fake = createFake({
      deliveries: 100,
      override: {
        "deliveries.window": () => {
          throw { code: "busy", message: "Later." };
        },
      },
    });
    const store = await opened(fake);
    await settle();
    expect(store.state().fault?.code).toBe("busy");
    expect(fake.calls.filter((call) => call.name === "deliveries.window").length).toBeLessThan(3);
  });
});

it("deletes and takes back as often as one likes", async () => {
  const fake = createFake({ deliveries: 100 });
  const store = await opened(fake);
  for (let n = 0; n < 3; n += 1) {
    await fake.call("deliveries.delete", { ids: ["d-100"] });
    store.refresh();
    await settle();
    expect(store.row(0)?.id).toBe("d-99");
    expect(store.state().total).toBe(99);
    await fake.call("deliveries.undelete", { undo: "d-100" });
    await store.open("");
    expect(store.row(0)?.id).toBe("d-100");
  }
});

it("does not miss what arrives before the query is answered", async () => {
  const fake = createFake({ deliveries: 0 });
  const store = new ResultStore(fake);
  fake.subscribe((event) => store.hear(event));
  const opening = store.open("");
  await Promise.resolve();
  await Promise.resolve();
  fake.arrive(1);
  await opening;
  await settle();
  expect(store.state().total).toBe(1);
  expect(store.row(0)?.id).toBe("d-1");
});
