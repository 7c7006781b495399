import { GateFailed } from '../../errors.ts';
import { excerpt } from '../../domain/migration/failure.ts';
import { showPlace } from '../../domain/migration/script.ts';
import type { RehearsalResult } from './input.ts';

/** Refuse what cannot be rolled back: the caller says this before any traffic moves. */
export function refuseImpossible(result: RehearsalResult): void {
  if (result.rollback !== 'impossible') return;
  const { broken } = result;
  const query =
    broken === null
      ? ''
      : `\nQuery of ${broken.release}: ${excerpt(broken.query)}\nThe server: ${broken.message} (${broken.sqlState})`;
  const place = broken?.guilty ?? null;
  const guilty = place === null ? '' : `\nBroken by ${showPlace(place.place)}: ${excerpt(place.statement)}`;
  throw new GateFailed('ROLLBACK_IMPOSSIBLE', `${result.reason}${query}${guilty}`, {
    ...(result.advice === null ? {} : { hint: result.advice }),
    facts: { rehearsal: result },
  });
}
