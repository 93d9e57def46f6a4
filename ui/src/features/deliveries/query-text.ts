// The text of the query bar: pieces to be drawn as chips, and adding or removing a filter. What a query means is
// decided in Rust alone; here it is only text.

export interface Piece {
  text: string;
  /** `field:value` and phrases are drawn as chips. */
  chip: boolean;
  /** Begins at this UTF-16 position. */
  start: number;
}

const FIELD = /-?[A-Za-z_][A-Za-z0-9_.[\]-]*:(?:[=<>!]*"(?:\\.|[^"\\])*"?|[^\s()"]*)|-?"(?:\\.|[^"\\])*"?/y;

/** Cuts a query into chips and what stands between them. Together they are the text again. */
export function pieces(query: string): Piece[] {
  const answer: Piece[] = [];
  let plain = 0;
  let at = 0;
  const flush = (end: number) => {
    if (end > plain) answer.push({ text: query.slice(plain, end), chip: false, start: plain });
  };
  while (at < query.length) {
    const before = query[at - 1];
    FIELD.lastIndex = at;
    const found = before === undefined || /[\s(]/.test(before) ? FIELD.exec(query) : null;
    if (found && found[0].length > 0) {
      flush(at);
      answer.push({ text: found[0], chip: true, start: at });
      at += found[0].length;
      plain = at;
    } else {
      at += 1;
    }
  }
  flush(query.length);
  return answer;
}

/** A value as it must stand after `field:`. */
export function quoteValue(value: string): string {
  return value !== "" && /^[^\s()"=<>!*,-][^\s()"*,]*$/.test(value) ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;
}

/** True when the query has an `or` outside quotes and parentheses: adding a filter to it needs parentheses. */
function hasOr(query: string): boolean {
  let depth = 0;
  for (const piece of pieces(query)) {
    if (piece.chip) continue;
    for (const [word] of piece.text.matchAll(/[()]|[^\s()]+/g)) {
      if (word === "(") depth += 1;
      else if (word === ")") depth -= 1;
      else if (depth === 0 && word.toLowerCase() === "or") return true;
    }
  }
  return false;
}

/** The query narrowed by one more filter. */
export function withFilter(query: string, filter: string): string {
  const base = query.trim();
  if (base === "") return filter;
  if (pieces(base).some((piece) => piece.chip && piece.text === filter)) return base;
  return hasOr(base) ? `(${base}) ${filter}` : `${base} ${filter}`;
}

/** The query without its filters on `fields`. */
export function withoutFields(query: string, fields: readonly string[]): string {
  return pieces(query)
    .filter((piece) => !(piece.chip && fields.some((field) => piece.text.replace(/^-/, "").startsWith(`${field}:`))))
    .map((piece) => piece.text)
    .join("")
    .replace(/\s+/g, " ")
    .replace(/^\((.*)\)$/, (all, inner: string) => (inner.includes("(") || inner.includes(")") ? all : inner))
    .trim();
}

/** The query limited to a span of time, in place of any limit it had. */
export function withRange(query: string, since: string, until: string): string {
  return withFilter(withFilter(withoutFields(query, ["since", "until"]), `since:${since}`), `until:${until}`);
}

/** From characters, as Rust counts them, to UTF-16 units, as the page does. */
export function unitsOf(text: string, characters: number): number {
  let units = 0;
  let left = characters;
  for (const character of text) {
    if (left <= 0) break;
    units += character.length;
    left -= 1;
  }
  return units;
}

/** From UTF-16 units to characters. */
export function charactersOf(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
