import type { ColumnFacts } from '../../domain/migration/classify/plan/facts.ts';
import type { SqlConnection } from '../../ports.ts';

const constraintTypes: Readonly<Record<string, ColumnFacts['constraints'][number]['type']>> = {
  c: 'check',
  f: 'foreign-key',
  u: 'unique',
  p: 'primary-key',
  x: 'exclude',
};

/** What must be carried over when a column is replaced; null when there is no such column. */
export async function readColumnFacts(
  table: string,
  column: string,
  connection: SqlConnection,
): Promise<ColumnFacts | null> {
  const [row] = await connection.query(
    `SELECT a.attnum AS number, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS value,
       col_description(a.attrelid, a.attnum) AS comment, a.attidentity <> '' AS identity, a.attgenerated <> '' AS generated,
       (SELECT quote_ident(k.attname) FROM pg_constraint p JOIN pg_attribute k ON k.attrelid = p.conrelid AND k.attnum = p.conkey[1]
        WHERE p.conrelid = a.attrelid AND p.contype = 'p' AND cardinality(p.conkey) = 1) AS key
     FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = $1::regclass AND a.attname = $2 AND NOT a.attisdropped`,
    [table, column],
  );
  if (row === undefined) return null;
  const number = Number(row['number']);
  const [indexes, constraints, references] = [
    await connection.query(
      `SELECT quote_ident(c.relname) AS name, pg_get_indexdef(i.indexrelid) AS definition FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
       WHERE i.indrelid = $1::regclass AND NOT EXISTS (SELECT 1 FROM pg_constraint x WHERE x.conindid = i.indexrelid)
         AND EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid AND d.refobjid = i.indrelid AND d.refobjsubid = $2)
       ORDER BY 1`,
      [table, number],
    ),
    await connection.query(
      `SELECT quote_ident(x.conname) AS name, x.contype::text AS type, pg_get_constraintdef(x.oid) AS definition,
         CASE WHEN x.contype = 'u' THEN pg_get_indexdef(x.conindid) END AS index_definition
       FROM pg_constraint x WHERE x.conrelid = $1::regclass AND $2 = ANY (x.conkey) AND x.contype <> 'n' ORDER BY 1`,
      [table, number],
    ),
    await connection.query(
      `SELECT quote_ident(x.conname) AS name FROM pg_constraint x WHERE x.confrelid = $1::regclass AND $2 = ANY (x.confkey) AND x.contype = 'f' ORDER BY 1`,
      [table, number],
    ),
  ];
  const words = (value: unknown): string => (typeof value === 'string' ? value : '');
  const orNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    type: words(row['type']),
    notNull: row['required'] === true,
    default: orNull(row['value']),
    comment: orNull(row['comment']),
    isIdentity: row['identity'] === true,
    isGenerated: row['generated'] === true,
    key: orNull(row['key']),
    referencedBy: references.map((one) => words(one['name'])),
    indexes: indexes.map((one) => ({ name: words(one['name']), definition: words(one['definition']) })),
    constraints: constraints.map((one) => ({
      name: words(one['name']),
      type: constraintTypes[words(one['type'])] ?? 'other',
      definition: words(one['definition']),
      indexDefinition: orNull(one['index_definition']),
    })),
  };
}
