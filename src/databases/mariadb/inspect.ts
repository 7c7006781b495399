import { textOf } from '../../domain/migration/row.ts';
import type { SchemaObject, SequenceValue, TableContent } from '../../domain/migration/fidelity/snapshot.ts';
import { EnvironmentError } from '../../errors.ts';
import type { SqlConnection } from '../../ports.ts';
import type { Inspector } from '../inspector.ts';
import { mariadbSchemaQueries } from './schema-query.ts';
import { quoteMariadb as quote } from './server.ts';

/** What an AUTO_INCREMENT gives next counts as a sequence, `orders.AUTO_INCREMENT`. */
const counter = '.AUTO_INCREMENT';

export const mariadbInspector: Inspector = {
  schema,
  // A change of the schema happens or does not: there is nothing half done to be found.
  remarks: async () => [],
  async snapshot(connection, except) {
    const contents: TableContent[] = [];
    for (const table of await tablesOf(connection, except)) contents.push(await contentOf(table, connection));
    return { schema: await schema(connection, except), contents, sequences: await sequencesOf(connection, except) };
  },
  setSequences,
  async copyContents(from, to, except) {
    const source = await sourceOf(from, to);
    await to.query('SET SESSION foreign_key_checks = 0');
    await to.query(`SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')`);
    const triggers = await takeTriggers(to);
    for (const { name, written } of await tablesOf(from, except)) {
      const columns = written.map(quote).join(', ');
      await to.query(`DELETE FROM ${quote(name)}`);
      await to.query(`INSERT INTO ${quote(name)} (${columns}) SELECT ${columns} FROM ${source}.${quote(name)}`);
    }
    await setSequences(to, await sequencesOf(from, except));
    for (const trigger of triggers) await putTrigger(trigger, to);
    for (const name of ['foreign_key_checks', 'sql_mode']) await to.query(`SET SESSION ${name} = DEFAULT`);
  },
};

async function schema(connection: SqlConnection, except: string): Promise<readonly SchemaObject[]> {
  const objects: SchemaObject[] = [];
  for (const query of mariadbSchemaQueries) {
    const rows = await connection.query(query, [except]);
    objects.push(
      ...rows.map((row) => ({
        kind: textOf(row, 'kind'),
        name: textOf(row, 'name'),
        definition: textOf(row, 'definition'),
      })),
    );
  }
  return objects.toSorted((a, b) => `${a.kind} ${a.name}`.localeCompare(`${b.kind} ${b.name}`, 'en'));
}

interface Table {
  readonly name: string;
  /** By name; generated ones left out where rows are written. */
  readonly columns: readonly string[];
  readonly written: readonly string[];
}

async function tablesOf(connection: SqlConnection, except: string): Promise<readonly Table[]> {
  const rows = await connection.query(
    `SELECT c.TABLE_NAME AS name, c.COLUMN_NAME AS col, c.IS_GENERATED AS made
     FROM information_schema.COLUMNS c JOIN information_schema.TABLES t USING (TABLE_SCHEMA, TABLE_NAME)
     WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND c.TABLE_NAME <> ?
     ORDER BY c.TABLE_NAME, c.COLUMN_NAME`,
    [except],
  );
  const names = [...new Set(rows.map((row) => textOf(row, 'name')))];
  return names.map((name) => {
    const own = rows.filter((row) => row['name'] === name);
    const written = own.filter((row) => row['made'] === 'NEVER');
    return { name, columns: own.map((row) => textOf(row, 'col')), written: written.map((row) => textOf(row, 'col')) };
  });
}

/** A sum over the rows, so that their order does not matter. */
async function contentOf({ name, columns }: Table, connection: SqlConnection): Promise<TableContent> {
  const values = columns.map((column) => `IFNULL(MD5(${quote(column)}), 'null')`).join(', ');
  const part = (end: string): string =>
    `CAST(COALESCE(SUM(CAST(CONV(${end}(hash, 15), 16, 10) AS DECIMAL(30))), 0) AS CHAR)`;
  const [row] = await connection.query(
    `SELECT COUNT(*) AS row_count, ${part('LEFT')} AS low, ${part('RIGHT')} AS high
     FROM (SELECT MD5(CONCAT_WS(',', ${values})) AS hash FROM ${quote(name)}) hashes`,
  );
  return {
    table: name,
    rows: Number(textOf(row, 'row_count')),
    checksum: `${textOf(row, 'low')}.${textOf(row, 'high')}`,
  };
}

async function sequencesOf(connection: SqlConnection, except: string): Promise<readonly SequenceValue[]> {
  const rows = await connection.query(
    `SELECT TABLE_NAME AS name, TABLE_TYPE AS type, CAST(AUTO_INCREMENT AS CHAR) AS next FROM information_schema.TABLES
     WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME <> ? AND (TABLE_TYPE = 'SEQUENCE' OR AUTO_INCREMENT IS NOT NULL)
     ORDER BY TABLE_NAME`,
    [except],
  );
  const values: SequenceValue[] = [];
  for (const row of rows) {
    const name = textOf(row, 'name');
    if (row['type'] === 'SEQUENCE') {
      const [value] = await connection.query(`SELECT CAST(next_not_cached_value AS CHAR) AS next FROM ${quote(name)}`);
      values.push({ sequence: name, lastValue: BigInt(textOf(value, 'next')), isCalled: false });
    } else {
      values.push({ sequence: `${name}${counter}`, lastValue: BigInt(textOf(row, 'next')), isCalled: false });
    }
  }
  return values;
}

async function setSequences(connection: SqlConnection, values: readonly SequenceValue[]): Promise<void> {
  for (const { sequence, lastValue } of values) {
    await connection.query(
      sequence.endsWith(counter)
        ? `ALTER TABLE ${quote(sequence.slice(0, -counter.length))} AUTO_INCREMENT = ${lastValue}`
        : `ALTER SEQUENCE ${quote(sequence)} RESTART ${lastValue}`,
    );
  }
}

/** The database to read from, by name: rows go from table to table within one server. */
async function sourceOf(from: SqlConnection, to: SqlConnection): Promise<string> {
  const ask = `SELECT DATABASE() AS name, CONCAT(@@hostname, ' ', @@datadir) AS server`;
  const [[one], [other]] = [await from.query(ask), await to.query(ask)];
  if (textOf(one, 'server') === textOf(other, 'server')) return quote(textOf(one, 'name'));
  throw new EnvironmentError('MARIADB_FAILED', 'contents are only copied within one MariaDB server');
}

interface Trigger {
  readonly create: string;
  readonly sqlMode: string;
}

/** Rows that are copied went through the triggers already. */
async function takeTriggers(connection: SqlConnection): Promise<readonly Trigger[]> {
  const rows = await connection.query(
    `SELECT TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()
     ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER`,
  );
  const triggers: Trigger[] = [];
  for (const row of rows) {
    const [found] = await connection.query(`SHOW CREATE TRIGGER ${quote(textOf(row, 'name'))}`);
    triggers.push({ create: textOf(found, 'SQL Original Statement'), sqlMode: textOf(found, 'sql_mode') });
  }
  for (const row of rows) await connection.query(`DROP TRIGGER ${quote(textOf(row, 'name'))}`);
  return triggers;
}

async function putTrigger({ create, sqlMode }: Trigger, connection: SqlConnection): Promise<void> {
  await connection.query('SET SESSION sql_mode = ?', [sqlMode]);
  await connection.query(create);
}
