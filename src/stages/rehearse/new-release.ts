import { mostTelling } from '../../domain/migration/compatibility/refused-query.ts';
import { excerpt } from '../../domain/migration/failure.ts';
import { GateFailed, Inconclusive } from '../../errors.ts';
import { failuresOf, lookAt } from './look.ts';
import { newName, oldName, type Play } from './play.ts';
import { type RunningRelease, startRelease } from './running-release.ts';

/**
 * Start the new release on the new schema; its smoke writes what the old one will have to live with.
 *
 * Throws GateFailed `REHEARSAL_SMOKE_FAILED`, `RELEASE_NOT_READY`, `RELEASE_EXITED`.
 */
export async function startNew(play: Play): Promise<RunningRelease> {
  const { input } = play;
  const { version } = input.newRelease.spec;
  return await play.log.step('new', async () => {
    const release = await runNew(play);
    if (input.checks.length === 0) {
      input.onWarning?.('no smoke check is configured: the rehearsal only sees that releases start');
    }
    const checks = await assertPasses(release, 'in the rehearsal', play);
    return [release, `${version} passes ${checks} checks`];
  });
}

/** The new release on the database of the releases, ready. */
export async function runNew({ databases, input, ports, running, scratch }: Play): Promise<RunningRelease> {
  const url = databases.server.url(databases.stage, newName, databases.role);
  const { variable } = input.database;
  const release = await startRelease(input.newRelease, { variable, url }, scratch, input.signal, ports);
  running.push(release);
  return release;
}

/** How many checks it passed. Throws GateFailed `REHEARSAL_SMOKE_FAILED` with what the server refused. */
export async function assertPasses(release: RunningRelease, when: string, play: Play): Promise<number> {
  const { databases, input, ports } = play;
  const { version } = release.spec;
  const { report, refused } = await lookAt(release, input.checks, databases, input, ports);
  const failures = failuresOf(report).map(({ name, reason }) => `${name}: ${reason}`);
  if (report.verdict === 'pass') return report.checks.length;
  if (report.verdict === 'inconclusive') throw new Inconclusive('REHEARSAL_INCONCLUSIVE', failures.join('\n'));
  const query = mostTelling(refused, { applicationName: newName, others: [oldName, 'fairway'] }, []);
  const asked =
    query === null ? '' : `\nThe server refused: ${excerpt(query.query)}: ${query.message} (${query.sqlState})`;
  const lines = await release.lastLines();
  throw new GateFailed(
    'REHEARSAL_SMOKE_FAILED',
    `${version} fails its smoke ${when}:\n${failures.join('\n')}${asked}\nIts last lines:\n${lines.join('\n')}`,
    { hint: 'mend the release; the target was not touched', facts: { report, lastLines: lines } },
  );
}
