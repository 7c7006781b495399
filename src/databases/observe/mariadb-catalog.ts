import type { Catalog, CatalogEntry, ObjectKind } from '../../domain/migration/classify/catalog.ts';
import type { SqlConnection, SqlRow } from '../../ports.ts';

const here = 'DATABASE()';

const queries: readonly string[] = [
  `SELECT CASE TABLE_TYPE WHEN 'VIEW' THEN 'view' WHEN 'SEQUENCE' THEN 'sequence' ELSE 'table' END AS kind, NULL AS parent, TABLE_NAME AS name,
     coalesce(TABLE_ROWS, 0) AS row_count FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${here}`,
  `SELECT 'column' AS kind, TABLE_NAME AS parent, COLUMN_NAME AS name, COLUMN_TYPE AS written, DATA_TYPE AS type, IS_NULLABLE = 'NO' AS required,
     COLUMN_DEFAULT IS NOT NULL OR EXTRA LIKE '%auto_increment%' AS filled, coalesce(GENERATION_EXPRESSION, '') AS made
   FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${here}`,
  `SELECT 'default' AS kind, TABLE_NAME AS parent, COLUMN_NAME AS name FROM information_schema.COLUMNS
   WHERE TABLE_SCHEMA = ${here} AND COLUMN_DEFAULT IS NOT NULL AND COLUMN_DEFAULT <> 'NULL'`,
  `SELECT 'constraint' AS kind, TABLE_NAME AS parent, CONSTRAINT_NAME AS name, CONSTRAINT_TYPE AS type FROM information_schema.TABLE_CONSTRAINTS
   WHERE TABLE_SCHEMA = ${here}`,
  `SELECT 'trigger' AS kind, EVENT_OBJECT_TABLE AS parent, TRIGGER_NAME AS name FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${here}`,
  `SELECT 'function' AS kind, NULL AS parent, ROUTINE_NAME AS name FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${here}`,
];

/** What the copy holds; MariaDB has no ids that survive renaming, so names are the ids. */
export async function readMariadbCatalog(connection: SqlConnection): Promise<Catalog> {
  const entries: (readonly [string, CatalogEntry])[] = [];
  for (const query of queries) for (const row of await connection.query(query)) entries.push(entryOf(row));
  return new Map(entries);
}

function entryOf(row: SqlRow): readonly [string, CatalogEntry] {
  const kind = String(row['kind']) as ObjectKind;
  const name = String(row['name']);
  const parent = typeof row['parent'] === 'string' ? `table:${row['parent']}` : null;
  const id = parent === null ? `${kind === 'function' ? 'function' : 'table'}:${name}` : `${kind}:${parent}:${name}`;
  const isTrue = (value: unknown): boolean => Number(value) === 1;
  const facts: CatalogEntry['facts'] =
    kind === 'column'
      ? {
          number: name,
          written: String(row['written']),
          type: String(row['type']),
          typeOid: String(row['type']),
          notNull: isTrue(row['required']),
          hasDefault: isTrue(row['filled']),
          generated: String(row['made']),
        }
      : kind === 'constraint'
        ? { type: { 'PRIMARY KEY': 'p', UNIQUE: 'u', 'FOREIGN KEY': 'mariadb-f' }[String(row['type'])] ?? 'c' }
        : { rows: Number(row['row_count'] ?? 0), plain: name, columnId: `column:${parent ?? ''}:${name}` };
  return [id, { id, kind, parent, name, facts }];
}
