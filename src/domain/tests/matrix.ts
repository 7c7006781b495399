/** All combinations of a matrix, the last variable changing first; one without variables when there is no matrix. */
export function combinationsOf(
  matrix: Readonly<Record<string, readonly string[]>>,
): readonly Readonly<Record<string, string>>[] {
  return Object.entries(matrix).reduce<readonly Readonly<Record<string, string>>[]>(
    (all, [name, values]) => all.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

/** `NODE=24 DB=mariadb`, for people; empty without a matrix. */
export const combinationText = (one: Readonly<Record<string, string>>): string =>
  Object.entries(one)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
