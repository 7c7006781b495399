/** Edits (insert, delete, replace, swap neighbours) that turn one word into the other. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/**
 * The choice that was most probably meant, or null when none is near.
 *
 * Near: at most one edit in three letters, whatever the case; or a beginning of at least three letters.
 */
export function nearest(word: string, choices: readonly string[]): string | null {
  if (word.length > 64) return null;
  const wanted = word.toLowerCase();
  let best: { readonly choice: string; readonly edits: number } | null = null;
  for (const choice of choices) {
    const candidate = choice.toLowerCase();
    const begins = wanted.length >= 3 && (candidate.startsWith(wanted) || wanted.startsWith(`${candidate}-`));
    const edits = begins ? 1 : distance(wanted, candidate);
    const allowed = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
    if (edits <= allowed && (best === null || edits < best.edits)) best = { choice, edits };
  }
  return best?.choice ?? null;
}
