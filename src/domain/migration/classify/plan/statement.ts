import { actionsOf, type Action } from '../actions.ts';
import type { StatementResult } from '../result.ts';
import { notNullSteps } from '../safer/constraint-steps.ts';
import { inBatches } from '../safer/backfill.ts';
import { cutAlterTable, plain, quoted } from '../safer/pieces.ts';
import type { PostgresParser, Statement } from '../statement.ts';
import { changeType, renameColumn } from './column.ts';
import { impossible, type ColumnFacts, type Steps } from './facts.ts';

/** Facts of `table.column`, as they are before the migration. */
export type FactsOf = (table: string, column: string) => ColumnFacts | null;

const steps = (expand: readonly string[], contract: readonly string[] = [], notes: readonly string[] = []): Steps => ({
  kind: 'steps',
  expand,
  contract,
  notes,
});

/** These become more than the same thing done gently. */
const ownSteps: readonly Action['does'][] = ['rename', 'change-type', 'set-not-null', 'drop-column'];

/** What one statement of a migration becomes in steps that let two releases work at once. */
export function planStatement(
  statement: Statement,
  result: StatementResult,
  factsOf: FactsOf,
  parser: PostgresParser,
): Steps {
  const { sql } = statement;
  if (result.class === 'safe') return steps([sql]);
  if (result.class === 'unobserved') return impossible(result.reason);
  const actions = actionsOf(statement);
  const [action] = actions;
  if (action === undefined) return impossible('it holds nothing');
  const hasOwnSteps = actions.some((one) => ownSteps.includes(one.does));
  if (actions.length > 1 && result.safer !== null && !hasOwnSteps) return steps(statementsOf(result.safer, parser));
  if (actions.length > 1) return several(statement, actions, result, factsOf, parser);
  return planAction(action, sql, result, factsOf, parser);
}

/** The commands of one ALTER TABLE, each by itself. */
function several(
  statement: Statement,
  actions: readonly Action[],
  result: StatementResult,
  factsOf: FactsOf,
  parser: PostgresParser,
): Steps {
  const alter = cutAlterTable(statement.sql, parser.tokens(statement.sql));
  if (alter === null || alter.commands.length !== actions.length) return impossible('it cannot be taken apart');
  const expand: string[] = [];
  const contract: string[] = [];
  const notes: string[] = [];
  for (const [i, action] of actions.entries()) {
    const sql = `${alter.head} ${alter.commands[i]?.text ?? ''}`;
    const planned = planAction(action, sql, { ...result, safer: null }, factsOf, parser);
    if (planned.kind === 'impossible') return planned;
    expand.push(...planned.expand);
    contract.push(...planned.contract);
    notes.push(...planned.notes);
  }
  return { kind: 'steps', expand, contract, notes };
}

function planAction(
  action: Action,
  sql: string,
  result: StatementResult,
  factsOf: FactsOf,
  parser: PostgresParser,
): Steps {
  switch (action.does) {
    case 'rename':
      return planRename(action, sql, factsOf, parser);
    case 'change-type': {
      const facts = factsOf(action.table, action.column);
      if (facts === null) return impossible(`${action.table}.${action.column} is not there`);
      const { type, using } = typeAndUsing(sql, parser);
      return changeType({ table: quoted(action.table), column: action.column, facts }, type, using, parser);
    }
    case 'set-not-null':
      return planNotNull(action.table, action.column, factsOf(action.table, action.column));
    case 'add-column':
      return planColumn(action, sql, result, parser);
    case 'drop':
    case 'drop-column':
    case 'drop-default':
    case 'drop-constraint':
    case 'drop-not-null':
      if (result.safer !== null) return steps(statementsOf(result.safer, parser));
      return steps([], [sql], ['What is dropped goes when no release uses it any more.']);
    default:
      if (result.safer !== null) return steps(statementsOf(result.safer, parser));
      return result.class === 'review' ? steps([sql]) : impossible(`no steps are known for it. ${result.reason}`);
  }
}

function planRename(
  action: Extract<Action, { does: 'rename' }>,
  sql: string,
  factsOf: FactsOf,
  parser: PostgresParser,
): Steps {
  if (action.object === 'column' && action.table !== null) {
    const facts = factsOf(action.table, action.from);
    if (facts === null) return impossible(`${action.table}.${action.from} is not there`);
    return renameColumn({ table: quoted(action.table), column: action.from, facts }, action.to, parser);
  }
  if (action.object === 'table') {
    const schema = action.from.includes('.') ? `${action.from.slice(0, action.from.lastIndexOf('.'))}.` : '';
    const view = quoted(`${schema}${action.to}`);
    return steps(
      [`CREATE VIEW ${view} WITH (security_invoker = true) AS SELECT * FROM ${quoted(action.from)}`],
      [`DROP VIEW ${view}`, sql],
      [`Until the contract step ${action.to} is a view: it can be read and written, but not truncated.`],
    );
  }
  return impossible(`no steps are known for renaming a ${action.object}`);
}

/** NULLs are filled with the default, batch by batch, before the column refuses them. */
function planNotNull(table: string, column: string, facts: ColumnFacts | null): Steps {
  if (facts === null) return impossible(`${table}.${column} is not there`);
  const name = quoted(table);
  const known = notNullSteps(`ALTER TABLE ${name}`, table, column);
  if (facts.default === null || facts.key === null) {
    return steps(
      known,
      [],
      [
        `${table}.${column} has no default: rows that hold NULL make the second step fail, and nothing is changed by it.`,
      ],
    );
  }
  const change = `UPDATE ${name} SET ${quoted(column)} = DEFAULT`;
  return steps([...inBatches({ table: name, key: facts.key, change, where: `${quoted(column)} IS NULL` }), ...known]);
}

function planColumn(
  action: Extract<Action, { does: 'add-column' }>,
  sql: string,
  result: StatementResult,
  parser: PostgresParser,
): Steps {
  const { column, table } = action;
  const isFilled = column.default !== 'none' || column.identity || column.generated !== null;
  if (column.notNull && !isFilled) {
    const nullable = sql.replace(/\s+NOT\s+NULL\b/i, '');
    return steps([nullable], notNullSteps(`ALTER TABLE ${quoted(table)}`, table, column.name), [
      `${table}.${plain(column.name)} may be NULL until every release fills it; fill the rows of before, too.`,
    ]);
  }
  if (result.safer === null) return impossible(`no steps are known for it. ${result.reason}`);
  return steps(statementsOf(result.safer, parser));
}

function typeAndUsing(sql: string, parser: PostgresParser): { readonly type: string; readonly using: string | null } {
  const tokens = parser.tokens(sql);
  const at = (word: string): number => tokens.findIndex((token) => token.text.toUpperCase() === word);
  const type = tokens[at('TYPE')];
  const using = at('USING') === -1 ? undefined : tokens[at('USING')];
  const end = tokens.at(-1)?.end ?? sql.length;
  return {
    type: sql.slice(type?.end ?? 0, using?.start ?? end).trim(),
    using: using === undefined ? null : sql.slice(using.end, end).trim(),
  };
}

function statementsOf(sql: string, parser: PostgresParser): readonly string[] {
  const parsed = parser.parse('', sql);
  return parsed.kind === 'parsed' ? parsed.statements.map((one) => one.sql) : [sql];
}
