import type { ScriptOfPhase } from '../../domain/migration/classify/postgres.ts';
import { withoutPsql } from '../../domain/migration/classify/dump.ts';
import { phaseOf } from '../../domain/migration/classify/phase.ts';
import { transactionStep } from '../../domain/migration/classify/runnable.ts';
import type { PostgresParser, Statement, SyntaxFailure } from '../../domain/migration/classify/statement.ts';
import type { Wrapping } from '../../domain/migration/classify/words.ts';
import { postgresDialect } from '../../domain/migration/dialect.ts';
import { scriptsOf } from '../../domain/migration/sections.ts';
import { GateFailed } from '../../errors.ts';
import type { MigrationText } from './input.ts';

/** Parse the up scripts of files, all problems at once; throws GateFailed `MIGRATION_SYNTAX`. */
export function parseMigrations(
  files: readonly MigrationText[],
  wrapping: Wrapping | 'fairway',
  parser: PostgresParser,
): readonly ScriptOfPhase[] {
  const failures: SyntaxFailure[] = [];
  const scripts = files.map((file): ScriptOfPhase => {
    const { up } = scriptsOf(file.path, file.text);
    const parsed = parser.parse(file.path, up.text);
    if (parsed.kind === 'syntax-error') failures.push(moved(parsed.failure, up.firstLine));
    const found = parsed.kind === 'parsed' ? parsed.statements.map((one) => placed(one, file, up.firstLine)) : [];
    const chosen = wrapping === 'fairway' ? asOurRunner(up.noTransaction, found) : wrapping;
    return { wrapping: chosen, phase: phaseOf(file.text), statements: chosen === 'file' ? withoutFrame(found) : found };
  });
  if (failures.length > 0) throw syntaxError(failures);
  return scripts;
}

/** One transaction for the file, unless it asks for none or holds what PostgreSQL refuses in one. */
function asOurRunner(noTransaction: boolean, statements: readonly Statement[]): Wrapping {
  const outside = statements.some(({ sql }) => {
    if (!mayRunOutside.test(sql)) return false;
    const words = (sql.match(/[\w.]+/g) ?? []).map((word) => word.toUpperCase());
    return postgresDialect.runsOutsideTransaction({ text: sql, start: 0, words });
  });
  return noTransaction || outside ? 'none' : 'file';
}

const mayRunOutside = /\b(concurrently|vacuum|cluster|reindex|database|tablespace|system|subscription)\b/i;

function placed(one: Statement, { line }: MigrationText, firstLine: number): Statement {
  return line === undefined ? moved(one, firstLine) : { ...one, line, column: 1 };
}

/** A section of a file begins further down. */
function moved<T extends { readonly line: number }>(one: T, firstLine: number): T {
  return { ...one, line: one.line + firstLine - 1 };
}

/** BEGIN at the start and COMMIT at the end are the transaction that is made anyway. */
function withoutFrame(statements: readonly Statement[]): readonly Statement[] {
  const [first] = statements;
  const last = statements.at(-1);
  if (first === undefined || last === undefined || first === last) return statements;
  const framed = transactionStep(first) === 'begins' && transactionStep(last) === 'ends';
  return framed ? statements.slice(1, -1) : statements;
}

/** Parse a schema dump or earlier migrations. */
export function parseBase(
  files: readonly MigrationText[],
  parser: PostgresParser,
  note: (text: string) => void,
): readonly Statement[] {
  const failures: SyntaxFailure[] = [];
  const statements = files.flatMap((file) => {
    const { sql, rowsLeftOut } = withoutPsql(scriptsOf(file.path, file.text).up.text);
    if (rowsLeftOut) note(`${file.path}: the rows below COPY are left out; the copy has the schema only`);
    const parsed = parser.parse(file.path, sql);
    if (parsed.kind === 'syntax-error') failures.push(parsed.failure);
    return parsed.kind === 'parsed' ? parsed.statements : [];
  });
  if (failures.length > 0) throw syntaxError(failures);
  return statements;
}

function syntaxError(failures: readonly SyntaxFailure[]): GateFailed {
  const lines = failures.map(({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`);
  return new GateFailed('MIGRATION_SYNTAX', lines.join('\n'), {
    hint: 'correct the SQL; the parser is that of PostgreSQL 18',
    facts: { failures },
  });
}
