// Folding and searching a JSON tree that came as a flat list in document order.
import type { JsonNode } from "@/generated/api";

/** Above so many nodes only the first two levels stand open at first. */
const OPEN_AT_MOST = 2_000;

export function isBranch(node: JsonNode): boolean {
  return (node.kind === "object" || node.kind === "array") && node.children > 0;
}

/** The branches that are folded at first. */
export function foldedAtFirst(nodes: readonly JsonNode[]): ReadonlySet<number> {
  if (nodes.length <= OPEN_AT_MOST) return new Set();
  return new Set(nodes.flatMap((node, n) => (node.depth >= 2 && isBranch(node) ? [n] : [])));
}

/** The nodes to be drawn: those with no folded branch above them. */
export function unfolded(nodes: readonly JsonNode[], folded: ReadonlySet<number>): number[] {
  const answer: number[] = [];
  let hiddenBelow = Number.POSITIVE_INFINITY;
  nodes.forEach((node, n) => {
    if (node.depth > hiddenBelow) return;
    hiddenBelow = folded.has(n) ? node.depth : Number.POSITIVE_INFINITY;
    answer.push(n);
  });
  return answer;
}

/** The branches around a node, nearest first. */
export function above(nodes: readonly JsonNode[], n: number): number[] {
  const answer: number[] = [];
  let depth = nodes[n]?.depth ?? 0;
  for (let at = n - 1; at >= 0 && depth > 0; at -= 1) {
    const node = nodes[at];
    if (node && node.depth < depth) {
      answer.push(at);
      depth = node.depth;
    }
  }
  return answer;
}

/** The end of the branch that begins at `n`: the first node behind it. */
export function endOf(nodes: readonly JsonNode[], n: number): number {
  const depth = nodes[n]?.depth ?? 0;
  let at = n + 1;
  while (at < nodes.length && (nodes[at]?.depth ?? 0) > depth) at += 1;
  return at;
}

export function find(nodes: readonly JsonNode[], typed: string): number[] {
  const word = typed.toLowerCase();
  if (word === "") return [];
  return nodes.flatMap((node, n) =>
    node.key.toLowerCase().includes(word) || node.text.toLowerCase().includes(word) ? [n] : [],
  );
}

/** The value of a node as JSON text, indented. Built from the nodes, whose scalars stand as in the document. */
export function textOf(nodes: readonly JsonNode[], n: number): string {
  const node = nodes[n];
  if (node === undefined) return "";
  if (node.kind !== "object" && node.kind !== "array") return node.text;
  const end = endOf(nodes, n);
  const inner: string[] = [];
  for (let at = n + 1; at < end; at = endOf(nodes, at)) {
    const child = nodes[at];
    if (child === undefined) break;
    const value = textOf(nodes, at);
    inner.push(node.kind === "object" ? `${JSON.stringify(child.key)}: ${value}` : value);
  }
  const [open, close] = node.kind === "object" ? ["{", "}"] : ["[", "]"];
  if (inner.length === 0) return `${open}${close}`;
  return `${open}\n${inner.map((line) => line.replace(/^/gm, "  ")).join(",\n")}\n${close}`;
}

/** A scalar as people mean it when they copy it: a string without its quotes. */
export function plainText(node: JsonNode): string {
  if (node.kind !== "string") return node.text;
  try {
    return String(JSON.parse(node.text));
  } catch {
    return node.text;
  }
}
