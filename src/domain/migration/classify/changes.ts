import type { Catalog, CatalogEntry, ObjectKind } from './catalog.ts';
import { fullName } from './catalog.ts';

/** What a statement did to what stood before the migration; read from the catalogs, so that no wording hides it. */
export type SchemaChange =
  | { readonly kind: 'dropped'; readonly object: ObjectKind; readonly name: string; readonly unique: boolean }
  | { readonly kind: 'renamed'; readonly object: ObjectKind; readonly from: string; readonly to: string }
  | {
      readonly kind: 'type-changed';
      readonly column: string;
      readonly from: string;
      readonly to: string;
      /** Both are text of some length: a release reads the same values. */
      readonly sameFamily: boolean;
    }
  | { readonly kind: 'required-column-added'; readonly column: string }
  | { readonly kind: 'nullable-made'; readonly column: string }
  | { readonly kind: 'attached' | 'detached'; readonly table: string }
  | { readonly kind: 'row-security-enabled'; readonly table: string }
  | { readonly kind: 'trigger-disabled'; readonly trigger: string }
  | { readonly kind: 'foreign-key-without-index'; readonly constraint: string }
  | { readonly kind: 'index-invalid'; readonly index: string };

/**
 * Compare two snapshots, looking only at what `base` already held.
 *
 * What was made by this very migration is nobody's yet: dropping or rewriting it harms no release.
 */
export function changesBetween(base: Catalog, before: Catalog, after: Catalog): readonly SchemaChange[] {
  const changes: SchemaChange[] = [];
  for (const old of before.values()) {
    if (!base.has(old.id)) continue;
    const now = after.get(old.id);
    if (now === undefined) {
      if (isOwnLoss(old, before, after)) changes.push(dropped(old, before));
    } else {
      changes.push(...changed(old, now, before, after));
    }
  }
  for (const now of after.values()) if (!before.has(now.id)) changes.push(...added(now, base, after));
  return changes;
}

/** A dropped table takes its columns along; only what is lost from something that stays is told apart. */
function isOwnLoss(old: CatalogEntry, before: Catalog, after: Catalog): boolean {
  if (old.parent !== null && !after.has(old.parent)) return false;
  if (old.kind === 'index') return old.facts['ofConstraint'] !== true && !isReplaced(old, after);
  if (old.kind === 'default') return after.has(String(old.facts['columnId']));
  if (old.kind === 'constraint') return old.facts['inherited'] !== true || !before.has(old.parent ?? '');
  return true;
}

/** REINDEX CONCURRENTLY puts another index in the place of the old one, under its name. */
function isReplaced(old: CatalogEntry, after: Catalog): boolean {
  return [...after.values()].some((now) => now.kind === 'index' && now.parent === old.parent && now.name === old.name);
}

function dropped(old: CatalogEntry, before: Catalog): SchemaChange {
  const unique = old.facts['unique'] === true || ['p', 'u'].includes(String(old.facts['type']));
  return { kind: 'dropped', object: old.kind, name: fullName(old, before), unique };
}

function changed(old: CatalogEntry, now: CatalogEntry, before: Catalog, after: Catalog): readonly SchemaChange[] {
  const changes: SchemaChange[] = [];
  const renamed = old.kind === 'function' ? old.facts['plain'] !== now.facts['plain'] : old.name !== now.name;
  const follows = old.kind === 'default' || (old.parent === null && movedWithSchema(old, now, before, after));
  if (renamed && !follows) {
    changes.push({ kind: 'renamed', object: old.kind, from: fullName(old, before), to: fullName(now, after) });
  }
  if (old.kind === 'column') changes.push(...columnChanged(old, now, before));
  if (old.facts['partition'] !== now.facts['partition']) {
    changes.push({ kind: now.facts['partition'] === true ? 'attached' : 'detached', table: old.name });
  }
  if (old.facts['rowSecurity'] === false && now.facts['rowSecurity'] === true) {
    changes.push({ kind: 'row-security-enabled', table: old.name });
  }
  if (old.kind === 'trigger' && old.facts['enabled'] === true && now.facts['enabled'] === false) {
    changes.push({ kind: 'trigger-disabled', trigger: fullName(old, before) });
  }
  if (old.kind === 'index' && old.facts['valid'] === true && now.facts['valid'] === false) {
    changes.push({ kind: 'index-invalid', index: now.name });
  }
  return changes;
}

/** When a schema is renamed every name in it reads differently; the schema alone is told. */
function movedWithSchema(old: CatalogEntry, now: CatalogEntry, before: Catalog, after: Catalog): boolean {
  const last = (name: string): string => name.slice(name.lastIndexOf('.') + 1);
  if (last(old.name) !== last(now.name)) return false;
  const schemaOf = (name: string): string => (name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : 'public');
  const schema = [...before.values()].find((one) => one.kind === 'schema' && one.name === schemaOf(old.name));
  return schema !== undefined && after.get(schema.id)?.name === schemaOf(now.name);
}

const texts = ['character varying', 'text', 'citext'];

function columnChanged(old: CatalogEntry, now: CatalogEntry, before: Catalog): readonly SchemaChange[] {
  const column = fullName(old, before);
  const changes: SchemaChange[] = [];
  const [from, to] = [String(old.facts['written']), String(now.facts['written'])];
  if (from !== to) {
    const bothText = texts.includes(String(old.facts['type'])) && texts.includes(String(now.facts['type']));
    const sameType = old.facts['typeOid'] === now.facts['typeOid'];
    changes.push({ kind: 'type-changed', column, from, to, sameFamily: bothText || sameType });
  }
  if (old.facts['notNull'] === true && now.facts['notNull'] === false) changes.push({ kind: 'nullable-made', column });
  return changes;
}

function added(now: CatalogEntry, base: Catalog, after: Catalog): readonly SchemaChange[] {
  const table = now.parent === null ? undefined : base.get(now.parent);
  if (now.kind === 'column' && table !== undefined) {
    const filled = now.facts['hasDefault'] === true || String(now.facts['generated']) !== '';
    const required = now.facts['notNull'] === true && !filled && table.kind === 'table';
    return required ? [{ kind: 'required-column-added', column: fullName(now, after) }] : [];
  }
  if (now.kind === 'constraint' && now.facts['type'] === 'f' && now.facts['inherited'] !== true) {
    return hasIndex(now, after) ? [] : [{ kind: 'foreign-key-without-index', constraint: `${fullName(now, after)}` }];
  }
  if (
    now.kind === 'index' &&
    now.facts['valid'] === false &&
    table !== undefined &&
    table.facts['partitioned'] !== true
  ) {
    return [{ kind: 'index-invalid', index: now.name }];
  }
  return [];
}

/** An index that begins with the columns of the key, in any order among them. */
function hasIndex(key: CatalogEntry, after: Catalog): boolean {
  const wanted = String(key.facts['columns']).split(' ').toSorted();
  return [...after.values()].some((index) => {
    if (index.kind !== 'index' || index.parent !== key.parent || index.facts['columns'] === null) return false;
    const leading = String(index.facts['columns']).split(' ').slice(0, wanted.length).toSorted();
    return leading.length === wanted.length && leading.every((column, i) => column === wanted[i]);
  });
}
