import type { Constraint, Node } from 'libpg-query';
import type { ConstraintShape } from '../shapes.ts';
import { plain, quoted, type Command } from './pieces.ts';

/** A CHECK that is validated while others work proves to SET NOT NULL that it need not look. */
export function notNullSteps(head: string, table: string, column: string): readonly string[] {
  const name = quoted(`${plain(table)}_${plain(column)}_not_null_check`.slice(0, 63));
  return [
    `${head} ADD CONSTRAINT ${name} CHECK (${quoted(column)} IS NOT NULL) NOT VALID`,
    `${head} VALIDATE CONSTRAINT ${name}`,
    `${head} ALTER COLUMN ${quoted(column)} SET NOT NULL`,
    `${head} DROP CONSTRAINT ${name}`,
  ];
}

export function constraintSteps(
  head: string,
  table: string,
  shape: ConstraintShape,
  command: Command,
  node: Node,
  index: number,
): readonly string[] | null {
  if (!shape.validated || (shape.index !== null && shape.type === 'unique')) return [`${head} ${command.text}`];
  const target = head.replace(/^ALTER TABLE\s+(IF EXISTS\s+)?(ONLY\s+)?/i, '');
  const columns = shape.columns.map(quoted).join(', ');
  switch (shape.type) {
    case 'check':
    case 'foreign-key': {
      const name = quoted(shape.name ?? defaultName(table, shape, constraintAt(node, index)));
      const text = shape.name === null ? command.text.replace(/^ADD\s+/i, `ADD CONSTRAINT ${name} `) : command.text;
      return [`${head} ${text} NOT VALID`, `${head} VALIDATE CONSTRAINT ${name}`];
    }
    case 'unique':
      if (!endsAtColumns(command)) return null;
      return indexedSteps(head, target, quoted(shape.name ?? defaultName(table, shape, null)), columns, 'UNIQUE');
    case 'primary-key': {
      if (shape.index === null && !endsAtColumns(command)) return null;
      const name = quoted(shape.name ?? `${plain(table)}_pkey`);
      // With USING INDEX the columns are not in the text.
      if (shape.index !== null) return null;
      const known = shape.columns.flatMap((column) => notNullSteps(head, table, column));
      return [...known, ...indexedSteps(head, target, name, columns, 'PRIMARY KEY')];
    }
    default:
      return null;
  }
}

export function indexedSteps(
  head: string,
  target: string,
  name: string,
  columns: string,
  kind: 'UNIQUE' | 'PRIMARY KEY',
): readonly string[] {
  return [
    `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${target} (${columns})`,
    `${head} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name}`,
  ];
}

/** INCLUDE, DEFERRABLE and the like would get lost. */
const endsAtColumns = (command: Command): boolean =>
  command.tokens.at(-1)?.text === ')' && !/include|nulls|with/i.test(command.text);

/** The name that PostgreSQL would have given, so that the schema ends up the same. */
export function defaultName(table: string, shape: ConstraintShape, constraint: Constraint | null): string {
  const columns = shape.type === 'check' ? mentioned(constraint) : shape.columns;
  const middle = shape.type === 'check' && columns.length !== 1 ? [] : columns;
  const suffix = { 'foreign-key': 'fkey', unique: 'key', check: 'check' }[shape.type as 'unique'] ?? 'constraint';
  return [plain(table), ...middle, suffix].join('_').slice(0, 63);
}

function mentioned(constraint: Constraint | null): readonly string[] {
  const text = JSON.stringify(constraint?.raw_expr ?? {});
  const names = [...text.matchAll(/"ColumnRef":\{"fields":\[\{"String":\{"sval":"([^"]+)"\}\}\]/g)];
  return [...new Set(names.map(([, name = '']) => name))];
}

function constraintAt(node: Node, index: number): Constraint | null {
  if (!('AlterTableStmt' in node)) return null;
  const cmd = node.AlterTableStmt.cmds?.[index];
  const def = cmd !== undefined && 'AlterTableCmd' in cmd ? cmd.AlterTableCmd.def : undefined;
  return def !== undefined && 'Constraint' in def ? def.Constraint : null;
}
