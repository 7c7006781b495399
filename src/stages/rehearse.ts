import { GateFailed, Inconclusive, Interrupted } from '../errors.ts';
import { adviceFor } from '../domain/migration/compatibility/advice.ts';
import { mostTelling } from '../domain/migration/compatibility/refused-query.ts';
import { excerpt } from '../domain/migration/failure.ts';
import { showPlace } from '../domain/migration/script.ts';
import { count } from '../domain/report/quantities.ts';
import type { CheckSpec } from '../domain/smoke/check.ts';
import type { EphemeralServer } from '../databases/database.ts';
import { applyPending, prepareDatabases, type RehearsalDatabases } from './rehearse/databases.ts';
import { findGuilty } from './rehearse/find-guilty.ts';
import type {
  BrokenQuery,
  RehearsalInput,
  RehearsalPorts,
  RehearsalResult,
  RehearsalStep,
  RehearsedRelease,
} from './rehearse/input.ts';
import { failuresOf, lookAt, type Sight } from './rehearse/look.ts';
import { proveDown } from './rehearse/prove-down.ts';
import { makeScratch, type Scratch } from './rehearse/scratch.ts';
import { type RunningRelease, startRelease } from './rehearse/running-release.ts';
import { stepLog, type StepLog } from './rehearse/step-log.ts';

/**
 * Try the change on a server that is thrown away: does the old release survive the new schema and what the new
 * release writes, so that traffic can go back to it?
 *
 * Throws GateFailed when the change itself is broken (`MIGRATION_FAILED`, `REHEARSAL_SMOKE_FAILED`,
 * `RELEASE_NOT_READY`, `RELEASE_EXITED`, problems of the migrations); a rollback that is impossible is a result.
 * Whatever happens, nothing of it runs afterwards.
 */
export async function rehearse(input: RehearsalInput, ports: RehearsalPorts): Promise<RehearsalResult> {
  const { plugin, config, context } = input.database;
  const scratch = await makeScratch(context.stateDirectory, ports);
  const running: RunningRelease[] = [];
  let server: EphemeralServer | null = null;
  try {
    server = await plugin.ephemeral(config, context, ports);
    return await play({ input, ports, scratch, running, log: stepLog(input, ports) }, server);
  } catch (error) {
    if (input.signal?.aborted === true && !(error instanceof Interrupted)) {
      throw new Interrupted('INTERRUPTED', 'a signal ended the rehearsal', { cause: error });
    }
    throw error;
  } finally {
    await Promise.allSettled(running.map(async (release) => await release.stop()));
    await server?.stop();
    await scratch.remove();
  }
}

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

interface Play {
  readonly input: RehearsalInput;
  readonly ports: RehearsalPorts;
  readonly scratch: Scratch;
  /** Everything that was started, to be stopped at the end. */
  readonly running: RunningRelease[];
  readonly log: StepLog;
}

async function play(on: Play, server: EphemeralServer): Promise<RehearsalResult> {
  const { input, log, ports } = on;
  const databases = await log.step('base', async () => {
    const made = await prepareDatabases(server, input, ports);
    return [
      made,
      `${count(input.applied.length, 'migration')} that the target has, on ${input.database.plugin.type} ${server.version}`,
    ];
  });
  const old = input.oldRelease === null ? null : await onBase(input.oldRelease, on, databases);
  const migrations = await log.step('up', async () => {
    const applied = await applyPending(databases, input, ports);
    return [applied, applied.length === 0 ? 'no migration is pending' : `${count(applied.length, 'migration')} applied`];
  });
  const end = (verdict: Partial<RehearsalResult> & Pick<RehearsalResult, 'rollback' | 'reason'>): RehearsalResult => ({
    ...nothingBroken,
    migrations,
    steps: log.steps(),
    server: server.version,
    ...verdict,
  });
  const broken = old === null ? null : await oldAgain('old-on-new-schema', old, on, databases);
  if (broken !== null) return end(broken);
  await newRelease(on, databases);
  if (old === null) return end({ rollback: 'first', reason: 'nothing serves yet: there is nothing to go back to' });
  const brokenByWrites = await oldAgain('old-after-new', old, on, databases);
  if (brokenByWrites !== null) return end(brokenByWrites);
  return end(await proveDown(on, databases, async (step) => await oldAgain(step, old, on, databases)));
}

const nothingBroken = {
  step: null,
  broken: null,
  query: null,
  sqlState: null,
  guilty: null,
  advice: null,
  failedCheck: null,
  problems: [],
} as const;

/** The old release as it was seen on the schema that it knows. */
export interface OldRelease {
  readonly release: RunningRelease;
  /** Those that it passes there. */
  readonly checks: readonly CheckSpec[];
  readonly before: Sight;
}

const oldName = 'fairway-old';
const newName = 'fairway-new';

async function start(
  release: RehearsedRelease,
  name: string,
  on: Play,
  databases: RehearsalDatabases,
): Promise<RunningRelease> {
  const { input, ports, scratch } = on;
  const url = databases.server.url(databases.stage, name, databases.role);
  const { variable } = input.database;
  const started = await startRelease(release, { variable, url }, scratch, input.signal, ports);
  on.running.push(started);
  return started;
}

async function onBase(old: RehearsedRelease, on: Play, databases: RehearsalDatabases): Promise<OldRelease> {
  const { input, ports } = on;
  const { version } = old.spec;
  return await on.log.step('old-on-base', async () => {
    const release = await startOld(old, on, databases);
    const asked = (input.oldChecks ?? input.checks).map(impatient);
    const before = await lookAt(release, asked, databases, input, ports);
    const checks = asked.filter((_, i) => before.report.checks[i]?.kind === 'pass');
    const failures = failuresOf(before.report);
    if (checks.length === 0 && asked.length > 0)
      throw baselineFailed(
        version,
        failures.map(({ name, reason }) => `${name}: ${reason}`),
      );
    for (const { name, reason } of failures) {
      input.onWarning?.(`${version} does not pass "${name}" today (${reason}): it is not asked of it`);
    }
    return [{ release, checks, before }, `${version} passes ${checks.length} of ${asked.length} checks`];
  });
}

/** It runs and is ready: what it fails now it fails because of the schema, and trying on for long tells nothing more. */
function impatient(check: CheckSpec): CheckSpec {
  if (check.retry === undefined) return check;
  return { ...check, retry: { for: Math.min(check.retry.for, longestRetryMs), every: check.retry.every } };
}

const longestRetryMs = 1_000;

async function startOld(old: RehearsedRelease, on: Play, databases: RehearsalDatabases): Promise<RunningRelease> {
  try {
    return await start(old, oldName, on, databases);
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

async function newRelease(on: Play, databases: RehearsalDatabases): Promise<void> {
  const { input, ports } = on;
  const { version } = input.newRelease.spec;
  await on.log.step('new', async () => {
    const release = await start(input.newRelease, newName, on, databases);
    if (input.checks.length === 0)
      input.onWarning?.('no smoke check is configured: the rehearsal only sees that releases start');
    const { report, refused } = await lookAt(release, input.checks, databases, input, ports);
    const failures = failuresOf(report).map(({ name, reason }) => `${name}: ${reason}`);
    if (report.verdict === 'pass') return [undefined, `${version} passes ${report.checks.length} checks`];
    if (report.verdict === 'inconclusive') throw new Inconclusive('REHEARSAL_INCONCLUSIVE', failures.join('\n'));
    const query = mostTelling(refused, { applicationName: newName, others: [oldName, 'fairway'] }, []);
    const asked =
      query === null ? '' : `\nThe server refused: ${excerpt(query.query)}: ${query.message} (${query.sqlState})`;
    const lines = await release.lastLines();
    throw new GateFailed(
      'REHEARSAL_SMOKE_FAILED',
      `${version} fails its smoke in the rehearsal:\n${failures.join('\n')}${asked}\nIts last lines:\n${lines.join('\n')}`,
      { hint: 'mend the release; the target was not touched', facts: { report, lastLines: lines } },
    );
  });
}

/** Null when the old release still passes; else why going back to it is impossible. */
async function oldAgain(
  step: RehearsalStep,
  { release, checks, before }: OldRelease,
  on: Play,
  databases: RehearsalDatabases,
): Promise<(Partial<RehearsalResult> & Pick<RehearsalResult, 'rollback' | 'reason'>) | null> {
  const { input, ports } = on;
  const { version } = release.spec;
  return await on.log.check(step, async () => {
    const { report, refused } = await lookAt(release, checks, databases, input, ports);
    const isRunning = await release.isRunning();
    const [failure] = failuresOf(report);
    if (report.verdict === 'inconclusive')
      throw new Inconclusive('REHEARSAL_INCONCLUSIVE', `${failure?.name}: ${failure?.reason}`);
    if (report.verdict === 'pass' && isRunning) return [null, `${version} passes ${report.checks.length} checks`];
    const query = mostTelling(refused, { applicationName: oldName, others: [newName, 'fairway'] }, before.refused);
    const guilty = query === null ? null : await findGuilty(query, databases, input, ports);
    const broken: BrokenQuery | null =
      query === null
        ? null
        : { release: version, query: query.query, sqlState: query.sqlState, message: query.message, guilty };
    const failedCheck = failure ?? { name: 'running', reason: 'its process exited' };
    const reason = `${version}, which serves now, fails "${failedCheck.name}" ${when[step] ?? step}: ${failedCheck.reason}`;
    const verdict = {
      rollback: 'impossible' as const,
      step,
      reason,
      broken,
      query: query?.query ?? null,
      sqlState: query?.sqlState ?? null,
      guilty: guilty === null ? null : showPlace(guilty.place),
      advice: adviceFor(guilty?.statement ?? null),
      failedCheck,
    };
    return [verdict, reason];
  });
}

const when: Readonly<Partial<Record<RehearsalStep, string>>> = {
  'old-on-new-schema': 'on the new schema',
  'old-after-new': 'after the new release wrote',
  'old-after-down': 'after the down migrations',
};
