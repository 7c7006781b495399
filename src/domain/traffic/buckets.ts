import type { Backend } from './routing.ts';

/** How finely shares are cut: one bucket is one percent. */
export const bucketCount = 100;

/**
 * Whose each bucket is, so that a random bucket is a random choice by weight.
 *
 * Parts of a percent are rounded to the nearest that adds up; a share above 0 keeps at least one bucket. Empty when
 * nothing has a weight.
 */
export function bucketOwners(backends: readonly Backend[]): readonly string[] {
  const serving = backends.filter(({ weight }) => weight > 0);
  const total = serving.reduce((sum, { weight }) => sum + weight, 0);
  const exact = serving.map(({ weight }) => (weight / total) * bucketCount);
  const counts = exact.map((share) => Math.max(1, Math.floor(share)));
  for (let left = bucketCount - sumOf(counts); left !== 0 && serving.length > 0; left -= Math.sign(left)) {
    const wanting = exact.map((share, i) => {
      const count = counts[i] ?? 0;
      return left < 0 && count === 1 ? -Infinity : (share - count) * Math.sign(left);
    });
    const most = wanting.indexOf(Math.max(...wanting));
    counts[most] = (counts[most] ?? 0) + Math.sign(left);
  }
  return serving.flatMap(({ releaseId }, i) => Array.from({ length: counts[i] ?? 0 }, () => releaseId));
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
