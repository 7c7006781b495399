/**
 * Versions of migrations are numbers, or numbers with dots: `0001`, `20260114093000`, `1.2`.
 *
 * Other names, such as Alembic's, come after all numbers, in the order of the alphabet.
 */
export function compareVersions(a: string, b: string): number {
  if (!isNumeric(a) || !isNumeric(b)) {
    if (isNumeric(a) !== isNumeric(b)) return isNumeric(a) ? -1 : 1;
    return a === b ? 0 : a < b ? -1 : 1;
  }
  const left = parts(a);
  const right = parts(b);
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0n) - (right[i] ?? 0n);
    if (difference !== 0n) return difference < 0n ? -1 : 1;
  }
  return 0;
}

/** `0001` and `1` are the same version. */
export function sameVersion(a: string, b: string): boolean {
  return compareVersions(a, b) === 0;
}

/** Flyway's `R__name`: it has no place in the order, comes after all others, and again whenever it changed. */
export function isRepeatable(version: string): boolean {
  return version.startsWith('R__');
}

function isNumeric(version: string): boolean {
  return /^\d+([._]\d+)*$/.test(version);
}

function parts(version: string): readonly bigint[] {
  return version.split(/[._]/).map((part) => BigInt(part));
}

/** The numbers that are missing between two versions that count up one by one; none between times. */
export function missingBetween(lower: string, higher: string): readonly string[] {
  if (!/^\d{1,7}$/.test(lower) || !/^\d{1,7}$/.test(higher)) return [];
  const from = Number(lower) + 1;
  const count = Math.min(Number(higher) - from, 10);
  return Array.from({ length: Math.max(0, count) }, (_, i) => String(from + i).padStart(higher.length, '0'));
}
