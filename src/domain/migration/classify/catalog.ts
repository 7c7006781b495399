/** What the catalogs say about everything that users made; taken before and after each statement. */

export type ObjectKind =
  | 'table'
  | 'view'
  | 'materialized view'
  | 'sequence'
  | 'index'
  | 'foreign table'
  | 'column'
  | 'constraint'
  | 'default'
  | 'enum value'
  | 'function'
  | 'type'
  | 'trigger'
  | 'policy'
  | 'schema'
  | 'extension';

/** One object. `id` survives renaming; `parent` is the table, type or relation that it belongs to. */
export interface CatalogEntry {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly parent: string | null;
  /** As SQL would write it, with the schema where that is not `public`; of a column, only its own name. */
  readonly name: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

export type Catalog = ReadonlyMap<string, CatalogEntry>;

/** `items.total` for what belongs to a table, the plain name for the rest. */
export function fullName(entry: CatalogEntry, catalog: Catalog): string {
  const parent = entry.parent === null ? undefined : catalog.get(entry.parent);
  const belongs = ['column', 'constraint', 'default', 'trigger', 'policy', 'enum value'].includes(entry.kind);
  return parent !== undefined && belongs ? `${parent.name}.${entry.name}` : entry.name;
}

export function isTable(entry: CatalogEntry): boolean {
  return entry.kind === 'table' || entry.kind === 'materialized view' || entry.kind === 'foreign table';
}
