import type { ColumnDef, Constraint, Node, RangeVar, TypeName } from 'libpg-query';

/** How sure it is that a default has one value for all rows. */
export type DefaultKind = 'none' | 'constant' | 'per-row';

export interface ColumnShape {
  readonly name: string;
  /** Plain name of the type, without `pg_catalog`: `int4`, `varchar`. */
  readonly type: string;
  /** `numeric(12,2)` has two. */
  readonly modifiers: readonly number[];
  readonly notNull: boolean;
  readonly default: DefaultKind;
  readonly identity: boolean;
  readonly generated: 'stored' | 'virtual' | null;
  readonly constraints: readonly ConstraintShape[];
}

export interface ConstraintShape {
  readonly type: 'check' | 'foreign-key' | 'unique' | 'primary-key' | 'exclude' | 'not-null' | 'other';
  readonly name: string | null;
  readonly validated: boolean;
  /** Made from an index that stands already. */
  readonly index: string | null;
  readonly columns: readonly string[];
  readonly references: string | null;
}

export function stringOf(node: Node): string {
  return 'String' in node ? (node.String.sval ?? '') : '';
}

/** The words of a possibly qualified name, wherever the parser put them. */
export function nameParts(node: Node): readonly string[] {
  if ('List' in node) return (node.List.items ?? []).map(stringOf);
  if ('String' in node) return [stringOf(node)];
  if ('TypeName' in node) return (node.TypeName.names ?? []).map(stringOf);
  if ('ObjectWithArgs' in node) return (node.ObjectWithArgs.objname ?? []).map(stringOf);
  return [];
}

/** As the catalogs show it: `public` is left out. */
export function relationName(relation: RangeVar | undefined): string {
  if (relation === undefined) return '';
  const { schemaname, relname = '' } = relation;
  return schemaname === undefined || schemaname === 'public' ? relname : `${schemaname}.${relname}`;
}

export function typeName(type: TypeName | undefined): string {
  const words = (type?.names ?? []).map(stringOf).filter((word) => word !== 'pg_catalog');
  return words.join('.') + ((type?.arrayBounds ?? []).length > 0 ? '[]' : '');
}

const serials = ['serial', 'serial2', 'serial4', 'serial8', 'bigserial', 'smallserial'];

export function columnShape(column: ColumnDef): ColumnShape {
  const constraints = (column.constraints ?? []).flatMap((one) => ('Constraint' in one ? [one.Constraint] : []));
  const of = (type: string): Constraint | undefined => constraints.find((one) => one.contype === type);
  const generated = of('CONSTR_GENERATED');
  const type = typeName(column.typeName);
  const value = of('CONSTR_DEFAULT')?.raw_expr;
  return {
    name: column.colname ?? '',
    type,
    modifiers: (column.typeName?.typmods ?? []).flatMap((one) =>
      'A_Const' in one && one.A_Const.ival !== undefined ? [one.A_Const.ival.ival ?? 0] : [],
    ),
    notNull: of('CONSTR_NOTNULL') !== undefined || of('CONSTR_PRIMARY') !== undefined,
    default: serials.includes(type) ? 'per-row' : value === undefined ? 'none' : defaultKind(value),
    identity: of('CONSTR_IDENTITY') !== undefined,
    generated: generated === undefined ? null : generated.generated_kind === 'v' ? 'virtual' : 'stored',
    constraints: constraints.flatMap((one) => {
      const shape = constraintShape(one);
      return shape.type === 'other' || shape.type === 'not-null' ? [] : [shape];
    }),
  };
}

const constraintTypes: Readonly<Record<string, ConstraintShape['type']>> = {
  CONSTR_CHECK: 'check',
  CONSTR_FOREIGN: 'foreign-key',
  CONSTR_UNIQUE: 'unique',
  CONSTR_PRIMARY: 'primary-key',
  CONSTR_EXCLUSION: 'exclude',
  CONSTR_NOTNULL: 'not-null',
};

export function constraintShape(constraint: Constraint): ConstraintShape {
  const columns = constraint.fk_attrs ?? constraint.keys ?? [];
  return {
    type: constraintTypes[constraint.contype ?? ''] ?? 'other',
    name: constraint.conname ?? null,
    validated: constraint.skip_validation !== true,
    index: constraint.indexname ?? null,
    columns: columns.map(stringOf),
    references: constraint.pktable === undefined ? null : relationName(constraint.pktable),
  };
}

/** Functions that give one value per statement, so that PostgreSQL can store it once. */
const steady = [
  'now',
  'transaction_timestamp',
  'statement_timestamp',
  'timezone',
  'to_timestamp',
  'make_date',
  'lower',
  'upper',
  'md5',
  'array_to_json',
  'to_jsonb',
  'jsonb_build_object',
  'current_setting',
];

function defaultKind(value: Node): DefaultKind {
  const calls = [...JSON.stringify(value).matchAll(/"funcname":\[(.*?)\]/g)].map(([, names = '']) =>
    [...names.matchAll(/"sval":"([^"]*)"/g)].map(([, word = '']) => word).at(-1),
  );
  return calls.every((name) => steady.includes(name ?? '')) ? 'constant' : 'per-row';
}
