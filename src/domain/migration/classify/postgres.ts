import type { Catalog } from './catalog.ts';
import { contextsOf, type ScriptToJudge } from './context.ts';
import type { Observation } from './observation.ts';
import type { Classification, StatementResult } from './result.ts';
import type { KeyOf } from './safer/backfill.ts';
import { quoted } from './safer/pieces.ts';
import { saferPostgres } from './safer/steps.ts';
import { judgeText } from './static.ts';
import type { PostgresParser } from './statement.ts';
import { judgeStatement, type Judging } from './verdict.ts';
import { worst, type Phase } from './words.ts';

export interface ScriptOfPhase extends ScriptToJudge {
  readonly phase: Phase;
}

/** What the server showed: an observation per statement, and the catalogs before the first one. */
export interface Watched {
  readonly server: string;
  readonly base: Catalog;
  readonly observations: readonly (readonly Observation[])[];
}

/** Classify the statements of migrations; without `watched` from their text alone. */
export function classifyPostgres(
  scripts: readonly ScriptOfPhase[],
  watched: Watched | null,
  judging: Omit<Judging, 'phase'>,
  parser: PostgresParser,
): Classification {
  const contexts = contextsOf(scripts);
  const keyOf: KeyOf = (table) => (watched === null ? null : primaryKey(table, watched.base));
  const statements = scripts.flatMap(({ phase }, file) =>
    (contexts[file] ?? []).map((context, i): StatementResult => {
      const observation = watched?.observations[file]?.[i];
      const result =
        observation === undefined
          ? judgeText(context, phase)
          : judgeStatement(context, observation, { ...judging, phase });
      if (result.class === 'safe') return result;
      const isAboutTransaction = result.rules.some((id) =>
        ['work-under-held-lock', 'needs-no-transaction'].includes(id),
      );
      return { ...result, safer: saferPostgres(context.statement, context.actions, isAboutTransaction, parser, keyOf) };
    }),
  );
  return {
    engine: 'postgres',
    mode: watched === null ? 'static' : 'observed',
    server: watched?.server ?? null,
    class: worst(statements.map((one) => one.class)),
    statements,
  };
}

/** The one column of a table's primary key, as SQL writes it. */
export function primaryKey(table: string, catalog: Catalog): string | null {
  const entry = [...catalog.values()].find((one) => one.kind === 'table' && one.name === quoted(table));
  if (entry === undefined) return null;
  const key = [...catalog.values()].find(
    (one) => one.kind === 'constraint' && one.parent === entry.id && one.facts['type'] === 'p',
  );
  const columns = String(key?.facts['columns'] ?? '').split(' ');
  const [only] = columns;
  if (key === undefined || columns.length !== 1) return null;
  return catalog.get(`column:${entry.id.replace('relation:', '')}:${only}`)?.name ?? null;
}
