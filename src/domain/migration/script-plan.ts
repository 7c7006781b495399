import type { Dialect } from './dialect.ts';
import { placeOf, type Place, type Script, showPlace, type Statement } from './script.ts';

/** How a script is run: in one transaction, or statement by statement with each one journaled. */
export interface ScriptPlan {
  readonly mode: 'transaction' | 'statements';
  readonly statements: readonly PlannedStatement[];
}

export interface PlannedStatement {
  readonly text: string;
  /** Offset in the script's text. */
  readonly start: number;
  /** False for what the engine refuses inside a transaction. */
  readonly inTransaction: boolean;
}

export interface ScriptProblem {
  readonly place: Place;
  readonly message: string;
}

/**
 * Decide how a script is run.
 *
 * One `BEGIN` at its start with one `COMMIT` at its end means the transaction that is made anyway; other control of
 * transactions is a problem, because it would undo the promise that a failed script leaves nothing behind.
 */
export function planScript(
  script: Script,
  dialect: Dialect,
): { readonly plan: ScriptPlan; readonly problems: readonly ScriptProblem[] } {
  const split = dialect.split(script.text);
  const statements = withoutFrame(split.statements, dialect);
  const planned = statements.map((statement): PlannedStatement => ({
    text: statement.text,
    start: statement.start,
    inTransaction: !(dialect.runsOutsideTransaction(statement) || (script.noTransaction && mayCommit(statement))),
  }));
  const whole =
    dialect.transactionalDdl && !script.noTransaction && planned.every((statement) => statement.inTransaction);
  const problems = [
    ...split.problems.map((problem) => ({ place: placeOf(script, problem.offset), message: problem.message })),
    ...statements.flatMap((statement) => controlProblem(script, statement, dialect)),
  ];
  return { plan: { mode: whole ? 'transaction' : 'statements', statements: planned }, problems };
}

/** A block or procedure may commit in between, such as after each batch of a backfill, which no transaction allows. */
function mayCommit(statement: Statement): boolean {
  return statement.words[0] === 'DO' || statement.words[0] === 'CALL';
}

function withoutFrame(statements: readonly Statement[], dialect: Dialect): readonly Statement[] {
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined || first === last) return statements;
  const framed = dialect.transactionControl(first) === 'begin' && dialect.transactionControl(last) === 'commit';
  return framed ? statements.slice(1, -1) : statements;
}

function controlProblem(script: Script, statement: Statement, dialect: Dialect): readonly ScriptProblem[] {
  if (dialect.transactionControl(statement) === null) return [];
  const place = placeOf(script, statement.start);
  const message = `${statement.words[0] ?? 'it'} controls a transaction, and the transaction of ${showPlace(place)} is Fairway's: take it out`;
  return [{ place, message }];
}
