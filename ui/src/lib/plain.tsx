// What others wrote, so that it can't pass for something else: characters that take no room, that reorder what stands
// around them or that are no text are drawn as tokens (CVE-2021-42574). Copying and searching take the text itself.
import type { ReactNode } from "react";

/** The same set as the core marks. Tabs and line ends are text. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is looked for
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each is looked for by itself
  /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** `U+202E` for the character. */
export function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The text with tokens in place of what can't be seen; the text itself where there is none. */
export function plain(text: string): ReactNode {
  if (text.search(UNSEEN) < 0) return text;
  const answer: ReactNode[] = [];
  let from = 0;
  for (const { 0: character, index } of text.matchAll(UNSEEN)) {
    if (index > from) answer.push(text.slice(from, index));
    answer.push(
      <span key={index} className="unseen" title="A character that is not seen, or that reorders what is">
        {codeOf(character)}
      </span>,
    );
    from = index + character.length;
  }
  if (from < text.length) answer.push(text.slice(from));
  return answer;
}
