/** A query that the server refused, with who asked. */
export interface RefusedQuery {
  readonly applicationName: string;
  readonly sqlState: string;
  readonly message: string;
  readonly query: string;
  readonly parameters: string | null;
}

/** Classes of SQLSTATE by how much they say about a changed schema: 42 names, 23 constraints, 22 types, 0A plans. */
const telling = ['42', '23', '22', '0A'];

/** MariaDB tells numbers of its own: names and counts of columns, constraints, values. */
const classOfNumber: Readonly<Record<string, string>> = {
  ...of('42', [1054, 1109, 1136, 1146, 1305, 1356]),
  ...of('23', [1048, 1062, 1169, 1364, 1451, 1452, 4025]),
  ...of('22', [1264, 1265, 1292, 1366, 1406]),
};

function of(sqlClass: string, numbers: readonly number[]): Readonly<Record<string, string>> {
  return Object.fromEntries(numbers.map((number) => [String(number), sqlClass]));
}

/**
 * Of the queries that were refused while a release was looked at, the one that says most about the schema; null when
 * none is the release's.
 *
 * What the same release was refused before the migration, too, says nothing about it. A release that gives itself
 * another name is known by not being one of `others`.
 */
export function mostTelling(
  refused: readonly RefusedQuery[],
  release: { readonly applicationName: string; readonly others: readonly string[] },
  before: readonly RefusedQuery[],
): RefusedQuery | null {
  const isNew = (one: RefusedQuery): boolean =>
    !before.some(({ query, sqlState }) => query === one.query && sqlState === one.sqlState);
  const fresh = refused.filter(isNew);
  const own = fresh.filter(({ applicationName }) => applicationName === release.applicationName);
  const candidates =
    own.length > 0 ? own : fresh.filter(({ applicationName }) => !release.others.includes(applicationName));
  const rank = ({ sqlState }: RefusedQuery): number => {
    const index = telling.indexOf(classOfNumber[sqlState] ?? sqlState.slice(0, 2));
    return index === -1 ? telling.length : index;
  };
  return candidates.toSorted((a, b) => rank(a) - rank(b))[0] ?? null;
}
