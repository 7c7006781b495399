import { actionsOf } from './actions.ts';
import type { Context } from './rule.ts';
import { transactionStep } from './runnable.ts';
import type { Statement } from './statement.ts';
import type { Wrapping } from './words.ts';

export interface ScriptToJudge {
  readonly wrapping: Wrapping;
  readonly statements: readonly Statement[];
}

/** Where each statement stands, from reading all files in their order. */
export function contextsOf(scripts: readonly ScriptToJudge[]): readonly (readonly Context[])[] {
  const newTables = new Set<string>();
  const checkedColumns = new Set<string>();
  const checks = new Map<string, readonly string[]>();
  return scripts.map(({ wrapping, statements }) => {
    let open = wrapping === 'file';
    let locked = new Set<string>();
    return statements.map((statement): Context => {
      const actions = actionsOf(statement);
      const context: Context = {
        statement,
        actions,
        wrapping,
        inTransaction: open || wrapping === 'statement',
        newTables: new Set(newTables),
        lockedTables: new Set(open ? locked : []),
        checkedColumns: new Set(checkedColumns),
      };
      const step = transactionStep(statement);
      if (step === 'begins') open = true;
      if (step === 'ends') {
        open = false;
        locked = new Set();
      }
      for (const action of actions) {
        if (action.does === 'create-table') newTables.add(action.table);
        if (
          locksAll.includes(action.does) &&
          'table' in action &&
          action.table !== null &&
          !newTables.has(action.table)
        ) {
          locked.add(action.table);
        }
        if (action.does === 'add-constraint' && action.constraint.type === 'check' && action.constraint.name !== null) {
          checks.set(`${action.table}.${action.constraint.name}`, notNullColumns(statement.sql));
          if (action.constraint.validated) remember(action.table, action.constraint.name);
        }
        if (action.does === 'validate') remember(action.table, action.constraint);
      }
      if ('CreateTableAsStmt' in statement.node)
        newTables.add(statement.node.CreateTableAsStmt.into?.rel?.relname ?? '');
      return context;
    });
  });

  function remember(table: string, constraint: string): void {
    for (const column of checks.get(`${table}.${constraint}`) ?? []) checkedColumns.add(`${table}.${column}`);
  }
}

const locksAll: readonly string[] = [
  'add-column',
  'drop-column',
  'set-not-null',
  'drop-not-null',
  'set-default',
  'drop-default',
  'change-type',
  'add-constraint',
  'drop-constraint',
];

const notNullColumns = (sql: string): readonly string[] =>
  [...sql.matchAll(/(\w+)\s+is\s+not\s+null/gi)].map(([, column = '']) => column);
