import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { plain } from "./plain";

const shown = (text: string) => render(<p>{plain(text)}</p>).container.textContent;

describe("what others wrote", () => {
  it.each([
    ["run.failed", "run.failed"],
    ["größe 😀\t\r\n", "größe 😀\t\r\n"],
    ["user\u202enimda", "userU+202Enimda"],
    ["\u2066a\u2069\u200b", "U+2066aU+2069U+200B"],
    ["a\0b\x07\x1b[31m", "aU+0000bU+0007U+001B[31m"],
    ["\u{e0041}tag\ufeff", "U+E0041tagU+FEFF"],
  ])("%j", (text, words) => {
    expect(shown(text)).toBe(words);
  });

  it("is the text itself where nothing is hidden", () => {
    expect(plain("<script>")).toBe("<script>");
  });
});
