import { tokens } from '../../../domain/migration/postgres-tokens.ts';
import type { SqlConnection } from '../../../ports.ts';

/** What a statement that builds or drops an index without blocking leaves behind when it is interrupted. */
interface IndexStatement {
  readonly does: 'create' | 'drop' | 'reindex';
  /** Name as the statement writes it, quotes and schema included; null where the server chooses it. */
  readonly index: string | null;
  readonly table: string | null;
}

/** True when an interrupted statement turns out to have done its work. */
export async function hasTakenEffect(
  statement: { readonly text: string },
  connection: SqlConnection,
): Promise<boolean> {
  const found = readIndexStatement(statement.text);
  if (found === null || found.does === 'reindex' || found.index === null) return false;
  const [row] = await connection.query(
    `SELECT i.indisvalid AS valid FROM pg_index i WHERE i.indexrelid = to_regclass($1)`,
    [await qualified(found, connection)],
  );
  return found.does === 'drop' ? row === undefined : row?.['valid'] === true;
}

/** Drop the invalid index that an interrupted build left, and nothing that is in use. */
export async function removeRemains(statement: { readonly text: string }, connection: SqlConnection): Promise<void> {
  const found = readIndexStatement(statement.text);
  if (found === null || found.does === 'drop') return;
  const rows =
    found.does === 'create'
      ? await invalidByName(found, connection)
      : await connection.query(
          `SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
           WHERE NOT i.indisvalid AND c.relkind = 'i' AND c.relname ~ '_cc(new|old)[0-9]*$' ${notBeingBuilt}`,
        );
  for (const row of rows) await connection.query(`DROP INDEX CONCURRENTLY IF EXISTS ${String(row['name'])}`);
}

const notBeingBuilt = `AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)`;

async function invalidByName(found: IndexStatement, connection: SqlConnection): Promise<readonly { name?: unknown }[]> {
  if (found.index === null) return [];
  return await connection.query(
    `SELECT i.indexrelid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE NOT i.indisvalid AND c.relkind = 'i' AND i.indexrelid = to_regclass($1) ${notBeingBuilt}`,
    [await qualified(found, connection)],
  );
}

/** An index lies in the schema of its table. */
async function qualified({ does, index, table }: IndexStatement, connection: SqlConnection): Promise<string> {
  if (does !== 'create' || table === null || index === null) return index ?? '';
  const [row] = await connection.query(
    `SELECT quote_ident(n.nspname) AS schema FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.oid = to_regclass($1)`,
    [table],
  );
  return row === undefined ? index : `${String(row['schema'])}.${index}`;
}

/** Read `CREATE INDEX CONCURRENTLY ...` and its kin; null for any other statement. */
export function readIndexStatement(sql: string): IndexStatement | null {
  const pieces = Array.from(tokens(sql))
    .filter((token) => token.kind !== 'comment')
    .map((token) => sql.slice(token.start, token.end));
  const upper = pieces.map((piece) => piece.toUpperCase());
  const at = upper.indexOf('CONCURRENTLY');
  if (at === -1) return null;
  const after = skipIfExists(upper, at + 1);
  if (upper[0] === 'REINDEX') return { does: 'reindex', index: null, table: null };
  if (upper[0] === 'DROP' && upper[1] === 'INDEX') return { does: 'drop', index: nameAt(pieces, after), table: null };
  if (upper[0] !== 'CREATE' || !upper.slice(0, at).includes('INDEX')) return null;
  const on = upper.indexOf('ON', at);
  const table = nameAt(pieces, upper[on + 1] === 'ONLY' ? on + 2 : on + 1);
  return { does: 'create', index: on === after ? null : nameAt(pieces, after), table };
}

function skipIfExists(upper: readonly string[], at: number): number {
  if (upper[at] !== 'IF') return at;
  return upper[at + 1] === 'NOT' ? at + 3 : at + 2;
}

/** A name with its schema: `a`, `a.b`, `"A"."b"`. */
function nameAt(pieces: readonly string[], at: number): string {
  let name = pieces[at] ?? '';
  for (let i = at + 1; pieces[i] === '.'; i += 2) name += `.${pieces[i + 1] ?? ''}`;
  return name;
}
