import { adviceFor } from '../../domain/migration/compatibility/advice.ts';
import type { RefusedQuery } from '../../domain/migration/compatibility/refused-query.ts';
import { showPlace } from '../../domain/migration/script.ts';
import { findGuilty } from './find-guilty.ts';
import type { RehearsalStep } from './input.ts';
import type { Play, Verdict } from './play.ts';

/** Why going back to a release is impossible, with the query that broke and the statement that broke it. */
export async function impossible(
  about: {
    readonly step: RehearsalStep;
    readonly version: string;
    readonly reason: string;
    readonly failedCheck: Verdict['failedCheck'];
    readonly query: RefusedQuery | null;
  },
  { databases, input, ports }: Play,
): Promise<Verdict> {
  const { step, version, reason, query } = about;
  const guilty = query === null ? null : await findGuilty(query, databases, input, ports);
  const broken =
    query === null
      ? null
      : { release: version, query: query.query, sqlState: query.sqlState, message: query.message, guilty };
  return {
    rollback: 'impossible',
    step,
    reason,
    broken,
    query: query?.query ?? null,
    sqlState: query?.sqlState ?? null,
    guilty: guilty === null ? null : showPlace(guilty.place),
    advice: adviceFor(guilty?.statement ?? null),
    failedCheck: about.failedCheck ?? null,
  };
}
