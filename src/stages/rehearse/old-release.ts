import type { RecordedQuery } from '../../databases/database.ts';
import { mostTelling } from '../../domain/migration/compatibility/refused-query.ts';
import type { CheckSpec } from '../../domain/smoke/check.ts';
import { GateFailed, Inconclusive } from '../../errors.ts';
import type { RehearsalStep, RehearsedRelease } from './input.ts';
import { failuresOf, lookAt, type Sight } from './look.ts';
import { isOfOld, newName, oldName, type Play, type Verdict } from './play.ts';
import { distinctQueries } from './replay.ts';
import { type RunningRelease, startRelease } from './running-release.ts';
import { impossible } from './verdict.ts';

/** The old release as it was seen on the schema that it knows. */
export interface OldRelease {
  readonly release: RunningRelease;
  /** Those that it passes there. */
  readonly checks: readonly CheckSpec[];
  readonly before: Sight;
  /** What it asked the server, from its start on. */
  readonly asked: readonly RecordedQuery[];
}

/**
 * Start the old release on the base and see what it passes there.
 *
 * Throws GateFailed `REHEARSAL_BASELINE_FAILED` when that is nothing.
 */
export async function startOld(old: RehearsedRelease, play: Play): Promise<OldRelease> {
  const { databases, input, ports } = play;
  const { server, stage } = databases;
  const { version } = old.spec;
  return await play.log.step('old-on-base', async () => {
    await server.record(stage);
    const since = await server.mark();
    const release = await started(old, play);
    const wanted = (input.oldChecks ?? input.checks).map(impatient);
    const before = await lookAt(release, wanted, databases, input, ports);
    const checks = wanted.filter((_, i) => before.report.checks[i]?.kind === 'pass');
    const failures = failuresOf(before.report);
    if (checks.length === 0 && wanted.length > 0) {
      throw baselineFailed(
        version,
        failures.map(({ name, reason }) => `${name}: ${reason}`),
      );
    }
    for (const { name, reason } of failures) {
      input.onWarning?.(`${version} does not pass "${name}" today (${reason}): it is not asked of it`);
    }
    const asked = distinctQueries((await server.recordedQueries(since)).filter(isOfOld));
    return [{ release, checks, before, asked }, `${version} passes ${checks.length} of ${wanted.length} checks`];
  });
}

/** It runs and is ready: what it fails now it fails because of the schema, and trying on for long tells nothing more. */
function impatient(check: CheckSpec): CheckSpec {
  if (check.retry === undefined) return check;
  return { ...check, retry: { for: Math.min(check.retry.for, longestRetryMs), every: check.retry.every } };
}

const longestRetryMs = 1_000;

async function started(old: RehearsedRelease, play: Play): Promise<RunningRelease> {
  const { databases, input, ports, running, scratch } = play;
  const url = databases.server.url(databases.stage, oldName, databases.role);
  try {
    const release = await startRelease(old, { variable: input.database.variable, url }, scratch, input.signal, ports);
    running.push(release);
    return release;
  } catch (error) {
    throw error instanceof GateFailed ? baselineFailed(old.spec.version, [error.message]) : error;
  }
}

function baselineFailed(version: string, reasons: readonly string[]): GateFailed {
  return new GateFailed(
    'REHEARSAL_BASELINE_FAILED',
    `${version}, which serves now, does not even work on its own schema in the rehearsal, so nothing can be said about a rollback:\n${reasons.join('\n')}`,
    { hint: 'see that its checks and its environment fit the rehearsal; data that it needs must come from migrations' },
  );
}

/** Null when the old release still passes; else why going back to it is impossible. */
export async function oldAgain(step: RehearsalStep, old: OldRelease, play: Play): Promise<Verdict | null> {
  const { databases, input, ports } = play;
  const { release, checks, before } = old;
  const { version } = release.spec;
  return await play.log.check(step, async () => {
    const { report, refused } = await lookAt(release, checks, databases, input, ports);
    const isRunning = await release.isRunning();
    const [failure] = failuresOf(report);
    if (report.verdict === 'inconclusive') {
      throw new Inconclusive('REHEARSAL_INCONCLUSIVE', `${failure?.name ?? ''}: ${failure?.reason ?? ''}`);
    }
    if (report.verdict === 'pass' && isRunning) return [null, `${version} passes ${report.checks.length} checks`];
    const others = [newName, 'fairway', `fairway migrate ${input.runId}`, 'fairway observer'];
    const query = mostTelling(refused, { applicationName: oldName, others }, before.refused);
    const failedCheck = failure ?? { name: 'running', reason: 'its process exited' };
    const reason = `${version}, which serves now, fails "${failedCheck.name}" ${when[step] ?? step}: ${failedCheck.reason}`;
    return [await impossible({ step, version, reason, failedCheck, query }, play), reason];
  });
}

const when: Readonly<Partial<Record<RehearsalStep, string>>> = {
  'old-on-new-schema': 'on the new schema',
  'old-after-new': 'after the new release wrote',
  'old-after-down': 'after the down migrations',
};
