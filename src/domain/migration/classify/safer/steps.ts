import type { Node } from 'libpg-query';
import type { Action } from '../actions.ts';
import { characterOffsets } from '../spans.ts';
import type { PostgresParser, Statement, Token } from '../statement.ts';
import { inBatches, type KeyOf } from './backfill.ts';
import { columnSteps } from './column-steps.ts';
import { constraintSteps, notNullSteps } from './constraint-steps.ts';
import { between, cutAlterTable, insertAfter, isWritten } from './pieces.ts';

interface Input {
  readonly sql: string;
  readonly node: Node;
  readonly actions: readonly Action[];
  readonly tokens: readonly Token[];
  readonly keyOf: KeyOf;
}

const noTransaction = '-- fairway: no-transaction';

/**
 * SQL that does the same without keeping others out, or null when SQL alone cannot.
 *
 * Each statement of the answer must run by itself, which its first line asks of the runner.
 */
export function saferPostgres(
  written: Statement,
  actions: readonly Action[],
  isAboutTransaction: boolean,
  parser: PostgresParser,
  keyOf: KeyOf,
): string | null {
  const { sql } = written;
  if (!actions.every((action) => answered.includes(action.does))) return null;
  const { node } = written;
  const steps = stepsOf({ sql, node, actions, tokens: parser.tokens(sql), keyOf });
  if (steps === null || steps.length === 0) return null;
  // The same words help only where it was the transaction around them that hurt.
  if (!isAboutTransaction && steps.length === 1 && steps[0] === sql) return null;
  return `${[noTransaction, ...steps.map((step) => `${step};`)].join('\n')}\n`;
}

/** What has an answer at all. */
const answered: readonly Action['does'][] = [
  'create-index',
  'drop',
  'reindex',
  'refresh',
  'write',
  'set-not-null',
  'add-constraint',
  'add-column',
  'detach',
  'validate',
  'set-default',
  'other',
];

function stepsOf(input: Input): readonly string[] | null {
  const { sql, node, actions, tokens, keyOf } = input;
  if ('AlterTableStmt' in node) return alterSteps(input);
  const [action] = actions;
  switch (action?.does) {
    case 'create-index':
      return one(action.concurrently ? sql : insertAfter(sql, tokens, ['INDEX'], 'CONCURRENTLY'));
    case 'drop':
      return action.object === 'index' && !action.cascade && action.names.length === 1
        ? one(action.concurrently ? sql : insertAfter(sql, tokens, ['INDEX'], 'CONCURRENTLY'))
        : null;
    case 'reindex':
      return one(insertAfter(sql, tokens, ['TABLE', 'INDEX', 'SCHEMA', 'DATABASE'], 'CONCURRENTLY'));
    case 'refresh':
      return one(action.concurrently ? null : insertAfter(sql, tokens, ['VIEW'], 'CONCURRENTLY'));
    case 'write':
      return writeSteps(sql, node, action, tokens, keyOf);
    default:
      return null;
  }
}

const one = (sql: string | null): readonly string[] | null => (sql === null ? null : [sql]);

/** Every command must have an answer, or the whole has none. */
function alterSteps({ sql, node, actions, tokens, keyOf }: Input): readonly string[] | null {
  const alter = cutAlterTable(sql, tokens);
  const toCharacter = withinStatement(sql, node, alter?.nameStart ?? 0);
  if (alter === null || alter.commands.length !== actions.length) return null;
  const steps: string[] = [];
  for (const [i, action] of actions.entries()) {
    const command = alter.commands[i];
    if (command === undefined) return null;
    const more = alterStep(action, alter.head, command, node, i, toCharacter, keyOf);
    if (more === null) return null;
    steps.push(...more);
  }
  return steps;
}

/** The parser counts bytes from the start of the file; the name of the table is known in both. */
function withinStatement(sql: string, node: Node, nameStart: number): (byte: number) => number {
  const toCharacter = characterOffsets(sql);
  const named = 'AlterTableStmt' in node ? (node.AlterTableStmt.relation?.location ?? 0) : 0;
  const before = named - new TextEncoder().encode(sql.slice(0, nameStart)).length;
  return (byte) => toCharacter(byte - before);
}

function alterStep(
  action: Action,
  head: string,
  command: NonNullable<ReturnType<typeof cutAlterTable>>['commands'][number],
  node: Node,
  index: number,
  toCharacter: (byte: number) => number,
  keyOf: KeyOf,
): readonly string[] | null {
  switch (action.does) {
    case 'set-not-null':
      return notNullSteps(head, action.table, action.column);
    case 'add-constraint':
      return constraintSteps(head, action.table, action.constraint, command, node, index);
    case 'add-column':
      return columnSteps(head, action.table, action.column, command, node, index, toCharacter, keyOf);
    case 'detach':
      return [`${head} ${command.text}${action.concurrently ? '' : ' CONCURRENTLY'}`];
    case 'validate':
    case 'set-default':
    case 'other':
      return [`${head} ${command.text}`];
    default:
      return null;
  }
}

/** `n = n + 1` must not be done twice, and a backfill that was interrupted is run again. */
function readsItself(node: Node): boolean {
  const targets = 'UpdateStmt' in node ? (node.UpdateStmt.targetList ?? []) : [];
  const assigned = targets.map((one) => ('ResTarget' in one ? (one.ResTarget.name ?? '') : ''));
  const values = JSON.stringify(targets.map((one) => ('ResTarget' in one ? one.ResTarget.val : null)));
  const read = [...values.matchAll(/"ColumnRef":\{"fields":\[(.*?)\]/g)].map(([, fields = '']) => fields);
  return assigned.some((name) => read.some((fields) => fields.includes(`"sval":${JSON.stringify(name)}`)));
}

function writeSteps(
  sql: string,
  node: Node,
  action: Extract<Action, { does: 'write' }>,
  tokens: readonly Token[],
  keyOf: KeyOf,
): readonly string[] | null {
  const key = keyOf(action.table);
  if (key === null || action.from || isWritten(tokens, 'RETURNING', 'WITH', 'CURRENT')) return null;
  const where = action.filtered ? between(sql, tokens, 'WHERE', ';') : null;
  if (action.verb === 'update') {
    const assignments = between(sql, tokens, 'SET', 'WHERE');
    const table = between(sql, tokens, 'UPDATE', 'SET');
    if (assignments === null || table === null || /\s/.test(table) || readsItself(node)) return null;
    return inBatches({ table, key, change: `UPDATE ${table} SET ${assignments}`, where });
  }
  if (action.verb === 'delete') {
    const table = between(sql, tokens, 'FROM', 'WHERE');
    if (table === null || /\s/.test(table)) return null;
    return inBatches({ table, key, change: `DELETE FROM ${table}`, where });
  }
  return null;
}
