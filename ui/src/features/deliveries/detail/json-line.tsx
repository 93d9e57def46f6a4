// Colours for one line of indented JSON. Only for looking at: what the document means is decided in Rust.
import type { ReactNode } from "react";
import { plain } from "@/lib/plain";

const TOKEN = /("(?:\\.|[^"\\])*"?)(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

/** The longest part of a line that is drawn; what is cut is said. */
export const LONGEST = 4_000;

export function jsonLine(line: string): ReactNode[] {
  const answer: ReactNode[] = [];
  let at = 0;
  for (const found of line.matchAll(TOKEN)) {
    if (found.index > at) answer.push(plain(line.slice(at, found.index)));
    const [all, string, colon, number, word] = found;
    const kind = string === undefined ? (number ? "n" : word ? "w" : "") : colon ? "k" : "s";
    answer.push(
      <span key={found.index} className={kind}>
        {plain(string ?? all)}
      </span>,
    );
    if (string !== undefined && colon) answer.push(colon);
    at = found.index + all.length;
  }
  answer.push(plain(line.slice(at)));
  return answer;
}
