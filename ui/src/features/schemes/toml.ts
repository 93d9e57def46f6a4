// Reads the TOML that scheme files are written in, so that a form can begin where a file stands. It is for showing and
// for filling in: what a file means, and whether it can be used, is the engine's to say.

export type TomlValue = string | number | boolean | TomlValue[] | TomlTable;
export interface TomlTable {
  [key: string]: TomlValue;
}

const ESCAPES: Record<string, string> = {
  b: "\b",
  t: "\t",
  n: "\n",
  f: "\f",
  r: "\r",
  e: "\u001b",
  '"': '"',
  "\\": "\\",
};

class Reader {
  #at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text.replace(/\r\n/g, "\n");
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    const sticky = new RegExp(pattern.source, "uy");
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found;
  }

  #must(pattern: RegExp): RegExpExecArray {
    const found = this.#take(pattern);
    if (found === null) throw new Error("not read");
    return found;
  }

  #blank(lines: boolean): void {
    this.#take(lines ? /(?:[ \t\n]|#[^\n]*)*/ : /[ \t]*(?:#[^\n]*)?/);
  }

  #key(): string[] {
    const path: string[] = [];
    do {
      this.#take(/[ \t]*/);
      const bare = this.#take(/[A-Za-z0-9_-]+/);
      path.push(bare ? bare[0] : this.#string());
      this.#take(/[ \t]*/);
    } while (this.#take(/\./));
    return path;
  }

  #string(): string {
    if (this.#take(/"""\n?/)) {
      const [, body = ""] = this.#must(/((?:\\[\s\S]|(?!""")[^\\])*"{0,2})"""/);
      return unescaped(body.replace(/\\[ \t]*\n[ \t\n]*/g, ""));
    }
    if (this.#take(/'''\n?/)) return this.#must(/([\s\S]*?)'''/)[1] ?? "";
    const literal = this.#take(/'([^'\n]*)'/);
    if (literal) return literal[1] ?? "";
    return unescaped(this.#must(/"((?:\\.|[^"\\\n])*)"/)[1] ?? "");
  }

  #value(): TomlValue {
    if (this.#take(/\[/)) {
      const items: TomlValue[] = [];
      for (;;) {
        this.#blank(true);
        if (this.#take(/\]/)) return items;
        items.push(this.#value());
        this.#blank(true);
        if (!this.#take(/,/)) {
          this.#must(/\]/);
          return items;
        }
      }
    }
    if (this.#take(/\{/)) {
      const table: TomlTable = {};
      for (;;) {
        this.#blank(true);
        if (this.#take(/\}/)) return table;
        this.#pair(table);
        this.#blank(true);
        if (!this.#take(/,/)) {
          this.#must(/\}/);
          return table;
        }
      }
    }
    const word = this.#take(/(?:true|false)\b/);
    if (word) return word[0] === "true";
    const number = this.#take(/[+-]?\d[\d_]*(?![\w.:-])/);
    if (number) return Number(number[0].replaceAll("_", ""));
    return this.#string();
  }

  #pair(into: TomlTable): void {
    const path = this.#key();
    this.#must(/=[ \t]*/);
    const last = path.pop() ?? "";
    let table = into;
    for (const part of path) table = child(table, part);
    if (Object.hasOwn(table, last)) throw new Error("twice");
    put(table, last, this.#value());
  }

  read(): TomlTable {
    const root: TomlTable = {};
    let table = root;
    for (;;) {
      this.#blank(true);
      if (this.#at >= this.#text.length) return root;
      if (this.#take(/\[\[/)) {
        const path = this.#key();
        this.#must(/\]\]/);
        const last = path.pop() ?? "";
        let above = root;
        for (const part of path) above = child(above, part);
        if (!Object.hasOwn(above, last)) put(above, last, []);
        const list = above[last];
        if (!Array.isArray(list)) throw new Error("not a list");
        table = {};
        list.push(table);
      } else if (this.#take(/\[/)) {
        table = root;
        for (const part of this.#key()) table = child(table, part);
        this.#must(/\]/);
      } else {
        this.#pair(table);
      }
      this.#blank(false);
      if (this.#at < this.#text.length) this.#must(/\n/);
    }
  }
}

/** Never the prototype, whatever the key is called. */
function put(table: TomlTable, key: string, value: TomlValue): void {
  Object.defineProperty(table, key, { value, enumerable: true, writable: true, configurable: true });
}

function child(table: TomlTable, key: string): TomlTable {
  if (!Object.hasOwn(table, key)) put(table, key, {});
  const found = table[key];
  const last = Array.isArray(found) ? found.at(-1) : found;
  if (typeof last !== "object" || Array.isArray(last)) throw new Error("not a table");
  return last;
}

function unescaped(body: string): string {
  return body.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, short, long, one) => {
    if (short ?? long) return String.fromCodePoint(Number.parseInt(short ?? long, 16));
    const sign = ESCAPES[one];
    if (sign === undefined) throw new Error("unknown escape");
    return sign;
  });
}

/** The file as a table; null when it is written in a way that is not read here. */
export function readToml(text: string): TomlTable | null {
  try {
    return new Reader(text).read();
  } catch {
    return null;
  }
}
