import type { RefusedQuery } from '../../domain/migration/compatibility/refused-query.ts';
import { mostTelling } from '../../domain/migration/compatibility/refused-query.ts';
import type { Snapshot } from '../../domain/migration/fidelity/snapshot.ts';
import { excerpt } from '../../domain/migration/failure.ts';
import { migrateApply } from '../migrate.ts';
import type { Perform } from '../migrate/perform.ts';
import type { OldRelease } from './old-release.ts';
import type { Seen } from './prove-down.ts';
import { applyInput } from './prove-down.ts';
import { isOfOld, oldName, type Play, type Verdict } from './play.ts';
import { replay } from './replay.ts';
import type { Shadow } from './shadow.ts';
import { impossible } from './verdict.ts';

/** The shadow before the migrations, and what the old release's queries are refused there already. */
export interface ShadowBefore {
  readonly shadow: Shadow;
  readonly before: Snapshot;
  readonly refused: readonly RefusedQuery[];
}

export async function lookBefore(shadow: Shadow, old: OldRelease, play: Play): Promise<ShadowBefore> {
  const { dialect } = play.input.database.plugin;
  const before = await shadow.snapshot();
  const refused = await shadow.inspect(async (connection) => await replay(old.asked, dialect, connection));
  await shadow.restore(before);
  return { shadow, before, refused };
}

/**
 * Migrate the shadow and ask it everything that the old release asked: also what a smoke does not repeat, such as the
 * queries of its start. A verdict when the new schema refuses one that the old one answered.
 */
export async function replayOnShadow(
  { shadow, before, refused }: ShadowBefore,
  old: OldRelease,
  play: Play,
  perform: Perform | undefined,
): Promise<{ readonly verdict: Verdict | null; readonly seen: Seen }> {
  const { version } = old.release.spec;
  const { dialect } = play.input.database.plugin;
  let seen: Seen | null = null;
  const verdict = await play.log.check('replay', async () => {
    const input = applyInput(shadow.database, play, play.databases);
    const result = await migrateApply({ ...input, ...(perform === undefined ? {} : { perform }) }, play.ports);
    if (result.kind === 'stopped') throw result.reason;
    if (result.kind === 'failed') throw new Error(`a second run of the migrations failed: ${result.failed.message}`);
    const after = await shadow.snapshot();
    seen = { shadow, before, after };
    const now = await shadow.inspect(async (connection) => await replay(old.asked, dialect, connection));
    await shadow.restore(after);
    const query = mostTelling(now.filter(isOfOld), { applicationName: oldName, others: [] }, refused);
    if (query === null) return [null, `the new schema answers all ${old.asked.length} queries that ${version} asked`];
    const reason = `${version}, which serves now, asked "${excerpt(query.query, 120)}", and the new schema refuses it: ${query.message}`;
    return [await impossible({ step: 'replay', version, reason, failedCheck: null, query }, play), reason];
  });
  if (seen === null) throw new Error('the shadow was not looked at');
  return { verdict, seen };
}
