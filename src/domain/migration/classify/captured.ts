import type { ScriptOfPhase } from './postgres.ts';
import { transactionStep } from './runnable.ts';
import type { PostgresParser, Statement } from './statement.ts';

/** What a migration command sent, as the server's log tells it. */
export interface CapturedQuery {
  readonly query: string;
  /** As the server writes them (`$1 = '7', $2 = NULL`), or null. */
  readonly parameters: string | null;
}

/**
 * Scripts that do again what a command sent, in its own transactions; a statement's line is its number.
 *
 * Refused queries are left out: the command went on without them. Several statements that were sent at once are one
 * transaction, as the server does them. `unread` is what only the server understood.
 */
export function scriptsOfCaptured(
  command: string,
  queries: readonly CapturedQuery[],
  refused: readonly string[],
  parser: PostgresParser,
): { readonly scripts: readonly ScriptOfPhase[]; readonly unread: readonly string[] } {
  const left = [...refused];
  const scripts: { wrapping: 'none' | 'file'; phase: 'expand'; statements: Statement[] }[] = [];
  const unread: string[] = [];
  let line = 0;
  let open = false;
  for (const { query, parameters } of queries) {
    const at = left.indexOf(query);
    if (at !== -1) {
      left.splice(at, 1);
      continue;
    }
    const parsed = parser.parse(command, withValues(query, parameters, parser));
    if (parsed.kind === 'syntax-error') {
      unread.push(query);
      continue;
    }
    const statements = parsed.statements.map((one): Statement => {
      line += 1;
      return { ...one, line, column: 1 };
    });
    const steps = statements.map(transactionStep).filter((step) => step === 'begins' || step === 'ends');
    const isOneTransaction = !open && statements.length > 1 && steps.length === 0;
    const last = scripts.at(-1);
    if (isOneTransaction) scripts.push({ wrapping: 'file', phase: 'expand', statements });
    else if (last?.wrapping === 'none') last.statements.push(...statements);
    else scripts.push({ wrapping: 'none', phase: 'expand', statements });
    if (steps.length > 0) open = steps.at(-1) === 'begins';
  }
  return { scripts, unread };
}

/** The query with its parameters in their places, each a literal whose type its place decides. */
function withValues(query: string, parameters: string | null, parser: PostgresParser): string {
  if (parameters === null) return query;
  const values = new Map(
    [...parameters.matchAll(/(\$\d+) = (NULL|'(?:[^']|'')*')/g)].map(([, name = '', value = '']) => [name, value]),
  );
  let text = '';
  let end = 0;
  const tokens = parser.tokens(query);
  for (const [i, token] of tokens.entries()) {
    const number = tokens[i + 1];
    if (token.text !== '$' || number?.start !== token.end) continue;
    const value = values.get(`$${number.text}`);
    if (value === undefined) continue;
    text += query.slice(end, token.start) + value;
    end = number.end;
  }
  return text + query.slice(end);
}
