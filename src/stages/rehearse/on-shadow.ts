import type { RefusedQuery } from '../../domain/migration/compatibility/refused-query.ts';
import { mostTelling } from '../../domain/migration/compatibility/refused-query.ts';
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

/** What the shadow showed. */
export interface OnShadow {
  /** What the new schema refuses of what the old one answered; null when there is nothing. */
  readonly refused: RefusedQuery | null;
  readonly seen: Seen;
}

/**
 * Migrate the shadow and ask it everything that the old release asked: also what a smoke does not repeat, such as the
 * queries of its start.
 */
export async function replayOnShadow(
  shadow: Shadow,
  old: OldRelease,
  play: Play,
  perform: Perform | undefined,
): Promise<OnShadow> {
  const { version } = old.release.spec;
  const { dialect } = play.input.database.plugin;
  const ask = async (): Promise<readonly RefusedQuery[]> =>
    await shadow.inspect(async (connection) => await replay(old.asked, dialect, connection));
  let seen: Seen | null = null;
  const refused = await play.log.check('replay', async () => {
    const before = await shadow.snapshot();
    const refusedBefore = await ask();
    await shadow.restore(before);
    const input = applyInput(shadow.database, play, play.databases);
    const result = await migrateApply({ ...input, ...(perform === undefined ? {} : { perform }) }, play.ports);
    if (result.kind === 'stopped') throw result.reason;
    if (result.kind === 'failed') throw new Error(`a second run of the migrations failed: ${result.failed.message}`);
    const after = await shadow.snapshot();
    seen = { shadow, before, after };
    const now = await ask();
    await shadow.restore(after);
    const query = mostTelling(now.filter(isOfOld), { applicationName: oldName, others: [] }, refusedBefore);
    if (query === null) return [null, `the new schema answers all ${old.asked.length} queries that ${version} asked`];
    return [query, whyRefused(query, version)];
  });
  if (seen === null) throw new Error('the shadow was not looked at');
  return { refused, seen };
}

function whyRefused({ query, message }: RefusedQuery, version: string): string {
  return `${version}, which serves now, asked "${excerpt(query, 120)}", and the new schema refuses it: ${message}`;
}

/** Why going back is impossible when the shadow refused a query of the old release. */
export async function impossibleByReplay(query: RefusedQuery, old: OldRelease, play: Play): Promise<Verdict> {
  const { version } = old.release.spec;
  const reason = whyRefused(query, version);
  return await impossible({ step: 'replay', version, reason, failedCheck: null, query }, play);
}
