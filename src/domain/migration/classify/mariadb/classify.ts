import type { Classification, StatementResult } from '../result.ts';
import { worst, type Phase } from '../words.ts';
import type { MariadbObservation } from './observation.ts';
import { judgeMariadbText } from './static.ts';
import type { MariadbStatement } from './split.ts';
import { judgeMariadb, type MariadbJudging } from './verdict.ts';
import { nameOf, upper, wordsOf } from './words.ts';

export interface MariadbScript {
  readonly phase: Phase;
  readonly statements: readonly MariadbStatement[];
}

/** Classify the statements of MariaDB migrations; without observations from their text alone. */
export function classifyMariadb(
  scripts: readonly MariadbScript[],
  watched: { readonly server: string; readonly observations: readonly (readonly MariadbObservation[])[] } | null,
  judging: Omit<MariadbJudging, 'phase'>,
): Classification {
  const newTables = new Set<string>();
  const statements = scripts.flatMap(({ phase, statements: list }, file) =>
    list.map((statement, i): StatementResult => {
      const observation = watched?.observations[file]?.[i];
      if (observation !== undefined) return judgeMariadb(statement, observation, { ...judging, phase });
      const result = judgeMariadbText(statement, newTables);
      const made = createdTable(statement.sql);
      if (made !== null) newTables.add(made);
      return result;
    }),
  );
  return {
    engine: 'mariadb',
    mode: watched === null ? 'static' : 'observed',
    server: watched?.server ?? null,
    class: worst(statements.map((one) => one.class)),
    statements,
  };
}

function createdTable(sql: string): string | null {
  const words = wordsOf(sql);
  const at = words.findIndex((word) => upper(word) === 'TABLE');
  if (upper(words[0]) !== 'CREATE' || at === -1 || at > 4) return null;
  return nameOf(words[upper(words[at + 1]) === 'IF' ? at + 4 : at + 1]);
}
