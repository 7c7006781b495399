/** Neither the server's own schemas nor temporary ones. */
const ours = `n.nspname !~ '^(pg_|information_schema$)'`;

/** What an extension brought is the extension's business. */
const notOfExtension = (catalog: string, oid: string): string =>
  `NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = '${catalog}'::regclass AND d.objid = ${oid} AND d.deptype = 'e')`;

const name = (oid: string, column: string): string => `format('%I.%I', n.nspname, ${oid}.${column})`;

/** Owner and rights, the default ones written out, in a fixed order. */
const access = (acl: string, kind: string, owner: string): string =>
  `concat('owner ', pg_get_userbyid(${owner}), ' rights ', (SELECT string_agg(a::text, ',' ORDER BY a::text) FROM unnest(coalesce(${acl}, acldefault(${kind}, ${owner}))) a))`;

const comment = (oid: string, catalog: string, column = '0'): string =>
  `coalesce(' comment ' || quote_literal(${column === '0' ? `obj_description(${oid}, '${catalog}')` : `col_description(${oid}, ${column})`}), '')`;

const relations = `
  SELECT CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence' ELSE 'table' END AS kind,
         ${name('c', 'relname')} AS name,
         concat(
           CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) WHEN 'm' THEN pg_get_viewdef(c.oid) END,
           CASE c.relkind WHEN 'p' THEN 'partitioned by ' || pg_get_partkeydef(c.oid) WHEN 'f' THEN 'foreign' END,
           CASE WHEN c.relispartition THEN ' partition ' || pg_get_expr(c.relpartbound, c.oid) END,
           (SELECT ' inherits ' || string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno) FROM pg_inherits i WHERE i.inhrelid = c.oid),
           CASE c.relpersistence WHEN 'u' THEN ' unlogged' END,
           ' options ' || c.reloptions::text,
           CASE WHEN c.relrowsecurity THEN ' row security' END, CASE WHEN c.relforcerowsecurity THEN ' forced' END,
           CASE WHEN c.relreplident <> 'd' AND c.relkind IN ('r', 'p') THEN ' replica identity ' || c.relreplident::text END,
           (SELECT format(' %s from %s by %s between %s and %s cache %s%s owned by %s', format_type(s.seqtypid, NULL), s.seqstart,
              s.seqincrement, s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN ' cycle' END,
              coalesce((SELECT format('%s.%I', d.refobjid::regclass, a.attname) FROM pg_depend d
                JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')), 'nobody'))
            FROM pg_sequence s WHERE s.seqrelid = c.oid),
           ${comment('c.oid', 'pg_class')}) AS definition
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${ours} AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND ${notOfExtension('pg_class', 'c.oid')}`;

const columns = `
  SELECT 'column', format('%I.%I.%I', n.nspname, c.relname, a.attname),
         concat(format_type(a.atttypid, a.atttypmod),
           CASE WHEN a.attcollation <> t.typcollation THEN ' collate ' || a.attcollation::regcollation::text END,
           CASE WHEN a.attnotnull THEN ' not null' END,
           CASE a.attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity by default' END,
           CASE a.attgenerated WHEN 's' THEN ' generated stored ' WHEN 'v' THEN ' generated virtual ' ELSE ' default ' END || pg_get_expr(e.adbin, e.adrelid),
           CASE WHEN a.attstorage <> t.typstorage THEN ' storage ' || a.attstorage::text END,
           CASE WHEN a.attstattarget > 0 THEN ' statistics ' || a.attstattarget::text END,
           ' options ' || a.attoptions::text,
           ${comment('c.oid', 'pg_class', 'a.attnum')})
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
  WHERE ${ours} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c') AND ${notOfExtension('pg_class', 'c.oid')}`;

/** A statement without a list of columns depends on their order. */
const columnOrder = `
  SELECT 'order of the columns of', ${name('c', 'relname')}, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${ours} AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'f') AND ${notOfExtension('pg_class', 'c.oid')}
  GROUP BY 2`;

const constraints = `
  SELECT 'constraint', format('%s %I', CASE WHEN k.conrelid <> 0 THEN k.conrelid::regclass::text ELSE k.contypid::regtype::text END, k.conname),
         concat(pg_get_constraintdef(k.oid), CASE WHEN NOT k.convalidated THEN ' (not validated)' END, ${comment('k.oid', 'pg_constraint')})
  FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
  WHERE ${ours} AND k.contype NOT IN ('n', 't') AND k.conparentid = 0 AND ${notOfExtension('pg_constraint', 'k.oid')}`;

const indexes = `
  SELECT 'index', ${name('c', 'relname')},
         concat(pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN ' (invalid)' END, CASE WHEN i.indisclustered THEN ' clustered' END,
           CASE WHEN i.indisreplident THEN ' replica identity' END, ' options ' || c.reloptions::text, ${comment('c.oid', 'pg_class')})
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${ours} AND ${notOfExtension('pg_class', 'c.oid')}`;

const triggers = `
  SELECT 'trigger', format('%s %I', t.tgrelid::regclass, t.tgname),
         concat(pg_get_triggerdef(t.oid), CASE WHEN t.tgenabled <> 'O' THEN ' enabled ' || t.tgenabled::text END, ${comment('t.oid', 'pg_trigger')})
  FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${ours} AND NOT t.tgisinternal`;

const rules = `
  SELECT 'rule', format('%s %I', r.ev_class::regclass, r.rulename), pg_get_ruledef(r.oid)
  FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${ours} AND r.rulename <> '_RETURN'`;

const policies = `
  SELECT 'policy', format('%s %I', p.polrelid::regclass, p.polname),
         concat(p.polcmd, CASE WHEN p.polpermissive THEN ' permissive' ELSE ' restrictive' END,
           ' to ' || (SELECT string_agg(CASE r WHEN 0 THEN 'public' ELSE pg_get_userbyid(r) END, ', ' ORDER BY r) FROM unnest(p.polroles) r),
           ' using ' || pg_get_expr(p.polqual, p.polrelid), ' check ' || pg_get_expr(p.polwithcheck, p.polrelid))
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours}`;

const routines = `
  SELECT CASE f.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END, f.oid::regprocedure::text,
         concat(CASE WHEN f.prokind = 'a' THEN 'state ' || (SELECT g.aggtransfn::text FROM pg_aggregate g WHERE g.aggfnoid = f.oid) ELSE pg_get_functiondef(f.oid) END,
           ${comment('f.oid', 'pg_proc')})
  FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE ${ours} AND ${notOfExtension('pg_proc', 'f.oid')}`;

const types = `
  SELECT CASE t.typtype WHEN 'd' THEN 'domain' ELSE 'type' END, ${name('t', 'typname')},
         concat((SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid),
           CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END, CASE WHEN t.typnotnull THEN ' not null' END, ' default ' || t.typdefault,
           (SELECT ' range of ' || format_type(r.rngsubtype, NULL) FROM pg_range r WHERE r.rngtypid = t.oid),
           ${comment('t.oid', 'pg_type')})
  FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
  WHERE ${ours} AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'c' AND EXISTS (SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind = 'c')))
    AND ${notOfExtension('pg_type', 't.oid')}`;

const schemas = `
  SELECT 'schema', quote_ident(n.nspname), concat(${comment('n.oid', 'pg_namespace')})
  FROM pg_namespace n WHERE ${ours}`;

/** Apart from what an object is, because owners differ between servers that hold the same schema. */
const accesses = `
  SELECT 'access to', ${name('c', 'relname')}, ${access('c.relacl', "CASE WHEN c.relkind = 'S' THEN 's'::\"char\" ELSE 'r'::\"char\" END", 'c.relowner')}
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${ours} AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND ${notOfExtension('pg_class', 'c.oid')}
  UNION ALL SELECT 'access to', format('%I.%I.%I', n.nspname, c.relname, a.attname), (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(a.attacl) x)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE ${ours} AND a.attnum > 0 AND NOT a.attisdropped AND a.attacl IS NOT NULL
  UNION ALL SELECT 'access to', f.oid::regprocedure::text, ${access('f.proacl', "'f'", 'f.proowner')}
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE ${ours} AND ${notOfExtension('pg_proc', 'f.oid')}
  UNION ALL SELECT 'access to', ${name('t', 'typname')}, ${access('t.typacl', "'T'", 't.typowner')}
    FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE ${ours} AND t.typtype IN ('e', 'd') AND ${notOfExtension('pg_type', 't.oid')}
  UNION ALL SELECT 'access to', 'schema ' || quote_ident(n.nspname), ${access('n.nspacl', "'n'", 'n.nspowner')}
    FROM pg_namespace n WHERE ${ours}`;

const rest = `
  SELECT 'extension', quote_ident(x.extname), concat(x.extversion, ' in ', x.extnamespace::regnamespace) FROM pg_extension x
  UNION ALL SELECT 'statistics', ${name('s', 'stxname')}, pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE ${ours}
  UNION ALL SELECT 'publication', quote_ident(p.pubname),
    concat(CASE WHEN p.puballtables THEN 'all tables' END, p.pubinsert, p.pubupdate, p.pubdelete, p.pubtruncate,
      ' ' || (SELECT string_agg(r.prrelid::regclass::text, ', ' ORDER BY r.prrelid::regclass::text) FROM pg_publication_rel r WHERE r.prpubid = p.oid))
    FROM pg_publication p
  UNION ALL SELECT 'event trigger', quote_ident(v.evtname), concat(v.evtevent, ' ', v.evtfoid::regproc, ' ', v.evtenabled, ' ', v.evttags::text) FROM pg_event_trigger v
  UNION ALL SELECT 'default rights', concat(pg_get_userbyid(a.defaclrole), ' in ', a.defaclnamespace::regnamespace, ' on ', a.defaclobjtype),
    (SELECT string_agg(x::text, ',' ORDER BY x::text) FROM unnest(a.defaclacl) x) FROM pg_default_acl a
  UNION ALL SELECT 'setting of the database', coalesce(pg_get_userbyid(nullif(s.setrole, 0)), 'everybody'), s.setconfig::text
    FROM pg_db_role_setting s JOIN pg_database b ON b.oid = s.setdatabase WHERE b.datname = current_database()`;

/** Every object of a schema with its definition as text: `kind`, `name`, `definition`. PostgreSQL 15 and later. */
export const schemaQuery = [
  relations,
  columns,
  columnOrder,
  constraints,
  indexes,
  triggers,
  rules,
  policies,
  routines,
  types,
  schemas,
  accesses,
  rest,
].join('\n  UNION ALL ');
