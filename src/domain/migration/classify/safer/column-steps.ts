import type { ColumnDef, Constraint, Node } from 'libpg-query';
import { constraintShape, type ColumnShape } from '../shapes.ts';
import { inBatches, type KeyOf } from './backfill.ts';
import { defaultName, indexedSteps, notNullSteps } from './constraint-steps.ts';
import { quoted, type Command } from './pieces.ts';

interface Piece {
  readonly constraint: Constraint;
  readonly text: string;
}

/** Add the column bare, then give it one by one what would have taken long. */
export function columnSteps(
  head: string,
  table: string,
  shape: ColumnShape,
  command: Command,
  node: Node,
  index: number,
  toCharacter: (byte: number) => number,
  keyOf: KeyOf,
): readonly string[] | null {
  const column = columnAt(node, index);
  if (column === null || shape.identity || shape.generated === 'stored' || shape.type.includes('serial')) return null;
  const { bare, pieces } = cut(column, command, toCharacter);
  const target = head.replace(/^ALTER TABLE\s+(IF EXISTS\s+)?(ONLY\s+)?/i, '');
  const name = quoted(shape.name);
  const kept: string[] = [];
  const later: string[] = [];
  for (const { constraint, text } of pieces) {
    const known = constraintShape(constraint);
    if (known.type === 'check') {
      const rule = quoted(known.name ?? defaultName(table, known, constraint));
      const check = known.name === null ? `CONSTRAINT ${rule} ${text}` : text;
      later.push(`${head} ADD ${check} NOT VALID`, `${head} VALIDATE CONSTRAINT ${rule}`);
    } else if (known.type === 'unique') {
      const key = quoted(known.name ?? defaultName(table, { ...known, columns: [shape.name] }, null));
      later.push(...indexedSteps(head, target, key, name, 'UNIQUE'));
    } else if (known.type === 'primary-key' || known.type === 'exclude') {
      return null;
    } else if (constraint.contype === 'CONSTR_DEFAULT' && shape.default === 'per-row') {
      const key = keyOf(table);
      if (key === null) return null;
      const batch = { table: target, key, change: `UPDATE ${target} SET ${name} = DEFAULT`, where: `${name} IS NULL` };
      later.unshift(`${head} ALTER COLUMN ${name} SET ${text}`, ...inBatches(batch));
    } else if (known.type === 'not-null') {
      // Without a default nobody can fill it yet: it becomes NOT NULL when every release does.
      if (shape.default === 'constant') kept.push(text);
      else if (shape.default === 'per-row') later.push(...notNullSteps(head, table, shape.name));
    } else {
      kept.push(text);
    }
  }
  return [`${head} ${[bare, ...kept].join(' ')}`, ...later];
}

function columnAt(node: Node, index: number): ColumnDef | null {
  if (!('AlterTableStmt' in node)) return null;
  const cmd = node.AlterTableStmt.cmds?.[index];
  const def = cmd !== undefined && 'AlterTableCmd' in cmd ? cmd.AlterTableCmd.def : undefined;
  return def !== undefined && 'ColumnDef' in def ? def.ColumnDef : null;
}

/** The parser tells where each constraint begins; it ends where the next begins. */
function cut(
  column: ColumnDef,
  command: Command,
  toCharacter: (byte: number) => number,
): { readonly bare: string; readonly pieces: readonly Piece[] } {
  const constraints = (column.constraints ?? []).flatMap((one) => ('Constraint' in one ? [one.Constraint] : []));
  const starts = constraints.map((one) => toCharacter(one.location ?? 0) - command.start);
  const pieces = constraints.map((constraint, i) => ({
    constraint,
    text: command.text.slice(starts[i], starts[i + 1]).trim(),
  }));
  return { bare: command.text.slice(0, starts[0]).trim(), pieces };
}
