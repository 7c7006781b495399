import type { Action } from './actions.ts';
import type { StatementResult } from './result.ts';
import type { Context } from './rule.ts';
import { lint, nothingSeen, predict, told } from './verdict.ts';
import { worst, type Phase } from './words.ts';

/**
 * Class of one statement from the text of the files alone.
 *
 * It knows neither tables nor data: what a type change costs, what a DO block does, which index serves a WHERE.
 * Where the text cannot tell it says so, and never calls it safe.
 */
export function judgeText(context: Context, phase: Phase): StatementResult {
  const { statement, actions } = context;
  const verdict = told(
    [...predict(actions, context, phase), ...lint(actions, context, phase)],
    statement.comments,
    null,
    null,
  );
  const place = { file: statement.file, line: statement.line, column: statement.column, sql: statement.sql };
  const untold = actions.map(unreadable).find((one) => one !== null) ?? null;
  const known = { ...place, ...nothingSeen, ...verdict };
  if (untold === null || verdict.class === 'dangerous') return known;
  return { ...known, class: worst([verdict.class, 'unobserved']), reason: untold };
}

function unreadable(action: Action): string | null {
  if (action.does !== 'opaque') return null;
  return `What ${action.by} does cannot be told from its text; run it with a database.`;
}
