// How well words fit what was typed: beginnings of words before middles, everything typed must occur in order.

/** Higher is better; null: does not fit. */
export function rank(text: string, typed: string): number | null {
  const hay = text.toLowerCase();
  let score = 0;
  for (const part of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = hay.indexOf(part);
    if (at >= 0) {
      const begins = at === 0 || /[^a-z0-9]/.test(hay[at - 1] ?? "");
      score += (begins ? 40 : 20) + part.length * 2 - Math.min(10, at / 4);
      continue;
    }
    // Letters in order, as in `nep` for "new endpoint".
    let from = 0;
    let loose = 0;
    for (const letter of part) {
      const next = hay.indexOf(letter, from);
      if (next < 0) return null;
      loose += next === from ? 2 : /[^a-z0-9]/.test(hay[next - 1] ?? " ") ? 1.5 : -0.5;
      from = next + 1;
    }
    if (part.length > 1 && loose < part.length * 0.75) return null;
    score += loose;
  }
  return score;
}
