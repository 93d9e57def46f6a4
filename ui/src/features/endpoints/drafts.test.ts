import { act, renderHook } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";
import { dropDraft, useDraft } from "./drafts";

afterEach(() => dropDraft("k"));

it("survives that its form is closed, and is gone when it is dropped", () => {
  const first = renderHook(() => useDraft("k", { a: "", b: 1 }));
  act(() => first.result.current.change({ a: "typed" }));
  first.unmount();
  const second = renderHook(() => useDraft("k", { a: "", b: 1 }));
  expect(second.result.current.value).toEqual({ a: "typed", b: 1 });
  expect(second.result.current.dirty).toBe(true);
  act(() => second.result.current.drop());
  expect(second.result.current.value).toEqual({ a: "", b: 1 });
});

it("two changes in one event both count, and going back to the first is no draft", () => {
  const form = renderHook(() => useDraft("k", { a: "", b: 1 }));
  act(() => {
    form.result.current.change({ a: "x" });
    form.result.current.change({ b: 2 });
  });
  expect(form.result.current.value).toEqual({ a: "x", b: 2 });
  act(() => form.result.current.change({ a: "", b: 1 }));
  expect(form.result.current.dirty).toBe(false);
});

it("what the host says newly shows as long as nothing is typed", () => {
  const form = renderHook(({ from }) => useDraft("k", from), { initialProps: { from: { a: "1" } } });
  form.rerender({ from: { a: "2" } });
  expect(form.result.current.value.a).toBe("2");
  act(() => form.result.current.change({ a: "mine" }));
  form.rerender({ from: { a: "3" } });
  expect(form.result.current.value.a).toBe("mine");
});
