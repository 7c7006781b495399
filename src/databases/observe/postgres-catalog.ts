import type { Catalog, CatalogEntry, ObjectKind } from '../../domain/migration/classify/catalog.ts';
import type { SqlConnection } from '../../ports.ts';

const kinds: Readonly<Record<string, ObjectKind>> = {
  r: 'table',
  p: 'table',
  v: 'view',
  m: 'materialized view',
  S: 'sequence',
  i: 'index',
  I: 'index',
  f: 'foreign table',
};

const mine = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;
const notOfExtension = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;
const named = (name: string): string =>
  `CASE WHEN n.nspname = 'public' THEN quote_ident(${name}) ELSE quote_ident(n.nspname) || '.' || quote_ident(${name}) END`;

/** Everything that a migration can change and a release can notice, in one round trip. */
const query = `
SELECT 'relation:' || c.oid AS id, c.relkind::text AS kind, 'relation:' || coalesce(i.indrelid, o.refobjid) AS parent, ${named('c.relname')} AS name,
  json_build_object('oid', c.oid::bigint, 'file', c.relfilenode::bigint, 'partition', c.relispartition, 'partitioned', c.relkind = 'p',
    'rowSecurity', c.relrowsecurity, 'rows', c.reltuples, 'unique', i.indisunique, 'valid', i.indisvalid,
    'columns', CASE WHEN i.indpred IS NULL THEN i.indkey::text END,
    'ofConstraint', EXISTS (SELECT 1 FROM pg_constraint x WHERE x.conindid = c.oid AND x.contype IN ('p', 'u', 'x'))) AS facts
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_index i ON i.indexrelid = c.oid
  LEFT JOIN pg_depend o ON c.relkind = 'S' AND o.classid = 'pg_class'::regclass AND o.objid = c.oid AND o.refclassid = 'pg_class'::regclass AND o.deptype IN ('a', 'i')
WHERE ${mine} AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'i', 'I', 'f') AND c.relpersistence <> 't' AND ${notOfExtension('pg_class', 'c.oid')}
UNION ALL
SELECT 'column:' || a.attrelid || ':' || a.attnum, 'column', 'relation:' || a.attrelid, quote_ident(a.attname),
  json_build_object('number', a.attnum, 'type', format_type(a.atttypid, NULL), 'typeOid', a.atttypid::bigint, 'written', format_type(a.atttypid, a.atttypmod),
    'notNull', a.attnotnull, 'identity', a.attidentity, 'generated', a.attgenerated, 'hasDefault', a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
    'collation', a.attcollation::bigint)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.oid = a.atttypid
WHERE ${mine} AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't' AND a.attnum > 0 AND NOT a.attisdropped AND ${notOfExtension('pg_class', 'c.oid')}
UNION ALL
SELECT 'default:' || d.adrelid || ':' || d.adnum, 'default', 'relation:' || d.adrelid, quote_ident(a.attname), json_build_object('columnId', 'column:' || d.adrelid || ':' || d.adnum)
FROM pg_attrdef d JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum JOIN pg_class c ON c.oid = d.adrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE ${mine} AND c.relpersistence <> 't'
UNION ALL
SELECT 'constraint:' || x.oid, 'constraint', 'relation:' || x.conrelid, quote_ident(x.conname),
  json_build_object('type', x.contype, 'validated', x.convalidated, 'index', 'relation:' || nullif(x.conindid, 0), 'columns', array_to_string(x.conkey, ' '), 'inherited', x.conparentid <> 0)
FROM pg_constraint x JOIN pg_namespace n ON n.oid = x.connamespace WHERE ${mine} AND x.conrelid <> 0 AND x.contype IN ('c', 'f', 'p', 'u', 'x')
UNION ALL
SELECT 'enum:' || e.oid, 'enum value', 'type:' || e.enumtypid, quote_literal(e.enumlabel), '{}'::json
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${mine}
UNION ALL
SELECT 'function:' || p.oid, 'function', NULL, ${named('p.proname')} || '(' || pg_get_function_identity_arguments(p.oid) || ')', json_build_object('plain', ${named('p.proname')})
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${mine} AND ${notOfExtension('pg_proc', 'p.oid')}
UNION ALL
SELECT 'type:' || t.oid, 'type', NULL, ${named('t.typname')}, json_build_object('variety', t.typtype)
FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_class c ON c.oid = t.typrelid
WHERE ${mine} AND (t.typtype IN ('e', 'd', 'r') OR c.relkind = 'c') AND ${notOfExtension('pg_type', 't.oid')}
UNION ALL
SELECT 'trigger:' || t.oid, 'trigger', 'relation:' || t.tgrelid, quote_ident(t.tgname), json_build_object('enabled', t.tgenabled <> 'D')
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${mine} AND NOT t.tgisinternal
UNION ALL
SELECT 'policy:' || p.oid, 'policy', 'relation:' || p.polrelid, quote_ident(p.polname), '{}'::json
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${mine}
UNION ALL
SELECT 'schema:' || n.oid, 'schema', NULL, quote_ident(n.nspname), '{}'::json FROM pg_namespace n WHERE ${mine}
UNION ALL
SELECT 'extension:' || e.oid, 'extension', NULL, quote_ident(e.extname), '{}'::json FROM pg_extension e WHERE e.extname <> 'plpgsql'`;

export async function readCatalog(connection: SqlConnection): Promise<Catalog> {
  const rows = await connection.query(query);
  return new Map(
    rows.map((row): [string, CatalogEntry] => {
      const id = String(row['id']);
      const kind = String(row['kind']);
      return [
        id,
        {
          id,
          kind: kinds[kind] ?? (kind as ObjectKind),
          parent: typeof row['parent'] === 'string' ? row['parent'] : null,
          name: String(row['name']),
          facts: row['facts'] as CatalogEntry['facts'],
        },
      ];
    }),
  );
}
