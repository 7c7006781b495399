import { textOf } from '../../domain/migration/row.ts';
import type { SchemaObject, SequenceValue, TableContent } from '../../domain/migration/fidelity/snapshot.ts';
import type { SqlConnection } from '../../ports.ts';
import type { Inspector } from '../inspector.ts';
import { schemaQuery } from './schema-query.ts';

/** Names are only qualified for certain when nothing is found without. */
const plain = `SET search_path = ''`;

export const postgresInspector: Inspector = {
  schema,
  remarks,
  async snapshot(connection, except) {
    const tables = await tablesOf(connection, except);
    const contents: TableContent[] = [];
    for (const table of tables) contents.push(await contentOf(table, connection));
    return { schema: await schema(connection, except), contents, sequences: await sequencesOf(connection) };
  },
  setSequences,
  async copyContents(from, to, except) {
    await to.query('SET session_replication_role = replica');
    for (const table of await tablesOf(from, except)) await copyTable(table, from, to);
    await setSequences(to, await sequencesOf(from));
    await to.query('RESET session_replication_role');
  },
};

async function schema(connection: SqlConnection, except: string): Promise<readonly SchemaObject[]> {
  await connection.query(plain);
  const rows = await connection.query(schemaQuery);
  await connection.query('RESET search_path');
  return rows
    .map((row) => ({ kind: textOf(row, 'kind'), name: textOf(row, 'name'), definition: textOf(row, 'definition') }))
    .filter(({ name }) => !belongsTo(name, except))
    .toSorted((a, b) => `${a.kind} ${a.name}`.localeCompare(`${b.kind} ${b.name}`, 'en'));
}

async function remarks(connection: SqlConnection): Promise<readonly string[]> {
  const rows = await connection.query(
    `SELECT format('index %s of %s is invalid: nothing reads it, and every write keeps it; drop it concurrently and build it again', i.indexrelid::regclass, i.indrelid::regclass) AS text
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname !~ '^pg_'
       AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid)
     UNION ALL
     SELECT format('constraint %I of %s is not validated: rows from before it may break it', k.conname, k.conrelid::regclass)
     FROM pg_constraint k WHERE NOT k.convalidated AND k.conrelid <> 0 AND k.conparentid = 0 ORDER BY 1`,
  );
  return rows.map((row) => textOf(row, 'text'));
}

/** `public.fairway_migrations`, its columns, its key and its index. */
function belongsTo(name: string, except: string): boolean {
  return except !== '' && new RegExp(`(^|\\.)${except}(_pkey|_version_not_null)?([. ]|$)`).test(name);
}

interface Table {
  /** Quoted, with its schema. */
  readonly name: string;
  /** Quoted, by name; generated ones left out where rows are written. */
  readonly columns: readonly string[];
  readonly written: readonly string[];
}

async function tablesOf(connection: SqlConnection, except: string): Promise<readonly Table[]> {
  const rows = await connection.query(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name, c.relname AS bare,
            array_agg(quote_ident(a.attname) ORDER BY a.attname) AS columns,
            array_agg(quote_ident(a.attname) ORDER BY a.attname) FILTER (WHERE a.attgenerated = '') AS written
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relkind = 'r' AND n.nspname !~ '^(pg_|information_schema$)' AND a.attnum > 0 AND NOT a.attisdropped
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     GROUP BY 1, 2 ORDER BY 1`,
  );
  return rows
    .filter((row) => row['bare'] !== except)
    .map((row) => ({
      name: textOf(row, 'name'),
      columns: row['columns'] as readonly string[],
      written: (row['written'] ?? []) as readonly string[],
    }));
}

/** A sum over the rows, so that their order does not matter. */
async function contentOf({ name, columns }: Table, connection: SqlConnection): Promise<TableContent> {
  const [row] = await connection.query(
    `SELECT count(*) AS rows, coalesce(sum(('x' || left(hash, 15))::bit(60)::bigint::numeric), 0)::text AS low,
            coalesce(sum(('x' || right(hash, 15))::bit(60)::bigint::numeric), 0)::text AS high
     FROM (SELECT md5(ROW(${columns.join(', ')})::text) AS hash FROM ONLY ${name}) hashes`,
  );
  return { table: name, rows: Number(textOf(row, 'rows')), checksum: `${textOf(row, 'low')}.${textOf(row, 'high')}` };
}

async function sequencesOf(connection: SqlConnection): Promise<readonly SequenceValue[]> {
  const names = await connection.query(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'S' AND n.nspname !~ '^(pg_|information_schema$)' ORDER BY 1`,
  );
  const values: SequenceValue[] = [];
  for (const row of names) {
    const sequence = textOf(row, 'name');
    const [value] = await connection.query(`SELECT last_value::text AS value, is_called FROM ${sequence}`);
    values.push({ sequence, lastValue: BigInt(textOf(value, 'value')), isCalled: value?.['is_called'] === true });
  }
  return values;
}

async function setSequences(connection: SqlConnection, values: readonly SequenceValue[]): Promise<void> {
  for (const { sequence, lastValue, isCalled } of values) {
    await connection.query('SELECT setval($1::regclass, $2::bigint, $3)', [sequence, lastValue, isCalled]);
  }
}

const rowsAtOnce = 1_000;

/** Rows travel as text of their own type, which says every value exactly. */
async function copyTable({ name, written }: Table, from: SqlConnection, to: SqlConnection): Promise<void> {
  await to.query(`DELETE FROM ONLY ${name}`);
  const rows = await from.query(`SELECT t::text AS row FROM ONLY ${name} t`);
  const list = written.join(', ');
  const values = written.map((column) => `(r.x).${column}`).join(', ');
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    const texts = rows.slice(at, at + rowsAtOnce).map((row) => textOf(row, 'row'));
    await to.query(
      `INSERT INTO ${name} (${list}) OVERRIDING SYSTEM VALUE
       SELECT ${values} FROM (SELECT t::${name} AS x FROM json_array_elements_text($1::json) t) r`,
      [JSON.stringify(texts)],
    );
  }
}
