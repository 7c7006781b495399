import type { SqlFailure } from '../../ports.ts';
import { placeOf, type Place, type Script, showPlace } from './script.ts';

/** Why a statement of a migration did not go through, as a person needs it. */
export interface StatementFailure {
  /** `lock` may be tried again; `gone` says that the server or the connection ended. */
  readonly kind: 'refused' | 'lock' | 'timeout' | 'cancelled' | 'gone';
  readonly place: Place;
  /** The statement as the file has it; `COMMIT` when the server refused the whole. */
  readonly statement: string;
  readonly sqlState: string | null;
  /** The server's words. */
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
}

/** Find the place of a refusal in its file: where the server points, or else where the statement begins. */
export function statementFailure(
  script: Script,
  statement: { readonly text: string; readonly start: number },
  failure: SqlFailure,
): StatementFailure {
  return {
    kind: kindOf(failure),
    place: placeOf(script, statement.start + (failure.position ?? offsetOfLine(statement.text, failure.message))),
    statement: statement.text,
    sqlState: failure.sqlState,
    message: failure.message,
    detail: failure.detail ?? null,
    hint: failure.hint ?? null,
  };
}

/** PostgreSQL: lock timeout, deadlock; MariaDB: lock wait timeout, deadlock. */
const lockStates = new Set(['55P03', '40P01', '1205', '1213']);

/** MariaDB counts lines: `... near 'x' at line 2`. */
function offsetOfLine(sql: string, message: string): number {
  const line = Number(/ at line (\d+)$/.exec(message)?.[1] ?? '1');
  return (
    sql
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length + (line > 1 ? 1 : 0)
  );
}

function kindOf({ sqlState, message }: SqlFailure): StatementFailure['kind'] {
  if (lockStates.has(sqlState)) return 'lock';
  if (sqlState === '1969') return 'timeout';
  if (sqlState === '1317') return 'cancelled';
  if (sqlState === '57014') return message.includes('statement timeout') ? 'timeout' : 'cancelled';
  return 'refused';
}

/** `migrations/0002_a.sql:3:7: column "b" does not exist (42703)`, the statement below it, and what the server added. */
export function describeFailure(failure: StatementFailure): string {
  const state = failure.sqlState === null ? '' : ` (${failure.sqlState})`;
  const more = [failure.detail, failure.hint].filter((text) => text !== null).map((text) => `\n  ${text}`);
  return `${showPlace(failure.place)}: ${failure.message}${state}${more.join('')}\n  in: ${excerpt(failure.statement)}`;
}

/** A statement on one line, cut to a readable length. */
export function excerpt(sql: string, length = 300): string {
  const line = sql.replaceAll(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 3)}...`;
}
