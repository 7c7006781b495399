import { loadPostgresParser } from '../../../../../src/adapters/sql/libpg-query.ts';
import { classifyPostgres } from '../../../../../src/domain/migration/classify/postgres.ts';
import type { StatementResult } from '../../../../../src/domain/migration/classify/result.ts';
import type { Phase, Wrapping } from '../../../../../src/domain/migration/classify/words.ts';

export const parser = await loadPostgresParser();

/** Classify SQL from its text alone. */
export function read(sql: string, wrapping: Wrapping = 'file', phase: Phase = 'expand'): readonly StatementResult[] {
  const parsed = parser.parse('0007_change.sql', sql);
  if (parsed.kind !== 'parsed') throw new Error(parsed.failure.message);
  const script = { wrapping, phase, statements: parsed.statements };
  return classifyPostgres([script], null, { budgetMs: 1_000, target: new Map() }, parser).statements;
}
