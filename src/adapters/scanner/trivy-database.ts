import type { Clock, Exec, Files, ScanFailure } from '../../ports.ts';
import { boltTrouble } from './bolt-file.ts';
import { cutShort, failed, failureOf } from './scan-ends.ts';
import { downloadArgv, type TrivyRun } from './trivy-argv.ts';

export interface DatabaseQuestion {
  readonly run: TrivyRun;
  readonly isOffline: boolean;
  readonly mirrors: readonly string[];
  /** A folder on the same file system, not made yet. */
  readonly scratch: (purpose: string) => string;
  readonly env: Readonly<Record<string, string>>;
  /** By the monotonic clock. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

export type DatabaseAnswer =
  | { readonly kind: 'ready'; readonly madeAt: Date; readonly remarks: readonly string[] }
  | ScanFailure;

interface Ports {
  readonly exec: Exec;
  readonly files: Files;
  readonly clock: Clock;
}

/** Waits between rounds through all mirrors, when one of them said that we ask too often. */
const backOffMs = [1_000, 4_000, 16_000];

/**
 * The database that a scan will read, fetched first when it is due and may be.
 *
 * One that is there serves on when it cannot be renewed: how old it may be is judged by whoever asked.
 */
export async function readyDatabase(question: DatabaseQuestion, ports: Ports): Promise<DatabaseAnswer> {
  const there = await look(question.run.cacheDirectory, ports.files);
  if (question.isOffline) return there.kind === 'found' ? ready(there.madeAt) : there;
  if (there.kind === 'found' && there.nextUpdate > ports.clock.now()) return ready(there.madeAt);
  const trouble = await download(question, ports);
  const now = trouble === null ? await look(question.run.cacheDirectory, ports.files) : there;
  if (now.kind === 'found') {
    return ready(now.madeAt, trouble === null ? [] : [`the vulnerability database was not renewed: ${trouble.reason}`]);
  }
  return trouble ?? now;
}

const ready = (madeAt: Date, remarks: readonly string[] = []): DatabaseAnswer => ({ kind: 'ready', madeAt, remarks });

type Found = { readonly kind: 'found'; readonly madeAt: Date; readonly nextUpdate: Date } | ScanFailure;

async function look(cacheDirectory: string, files: Files): Promise<Found> {
  const folder = `${cacheDirectory}/db`;
  const isThere = (await files.exists(`${folder}/trivy.db`)) && (await files.exists(`${folder}/metadata.json`));
  if (!isThere) {
    return failed('SCAN_DATABASE_MISSING', `there is no vulnerability database in ${folder}`, missingHint);
  }
  const metadata = parsed(await files.readText(`${folder}/metadata.json`));
  const [madeAt, nextUpdate] = [metadata['UpdatedAt'], metadata['NextUpdate']].map((text) => new Date(String(text)));
  if (madeAt === undefined || nextUpdate === undefined || Number.isNaN(madeAt.getTime()) || metadata['Version'] !== 2) {
    return failed('SCAN_DATABASE_BROKEN', `${folder}/metadata.json is not one of a database of version 2`, brokenHint);
  }
  const trouble = await boltTrouble(`${folder}/trivy.db`, 'vulnerability');
  if (trouble !== null)
    return failed('SCAN_DATABASE_BROKEN', `${folder}/trivy.db cannot be used: ${trouble}`, brokenHint);
  return { kind: 'found', madeAt, nextUpdate };
}

const missingHint =
  'Let the scan fetch it (without --offline), or put trivy.db and metadata.json there from a machine that may.';
const brokenHint = 'Remove that folder: the next scan fetches it again.';

function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Ends that another mirror would not mend. */
const cuts: ReadonlySet<ScanFailure['code']> = new Set(['SCAN_INTERRUPTED', 'SCAN_TIMEOUT', 'SCANNER_KILLED']);

/** From the first mirror that gives it, into place at once; null, or why none did. */
async function download(question: DatabaseQuestion, ports: Ports): Promise<ScanFailure | null> {
  const mirrors = question.mirrors.length === 0 ? [null] : question.mirrors;
  let limited: ScanFailure | null = null;
  for (let round = 0; ; round += 1) {
    const failures: ScanFailure[] = [];
    for (const mirror of mirrors) {
      const failure = await downloadFrom(mirror, question, ports);
      if (failure === null) return null;
      // Time that was spent waiting for a registry that limits ran out because of that.
      if (cuts.has(failure.code)) return failure.code === 'SCAN_TIMEOUT' ? (limited ?? failure) : failure;
      failures.push(failure);
    }
    limited = failures.find(({ code }) => code === 'SCAN_DATABASE_LIMITED') ?? null;
    const waitMs = backOffMs[round];
    const isLate = ports.clock.monotonicMs() + (waitMs ?? 0) >= question.deadlineMs;
    if (limited === null || waitMs === undefined || isLate) return limited ?? unreachable(failures);
    await ports.clock.sleep(waitMs, question.signal).catch(() => undefined);
  }
}

const unreachable = (failures: readonly ScanFailure[]): ScanFailure =>
  failed(
    'SCAN_DATABASE_UNREACHABLE',
    `the vulnerability database could not be fetched: ${failures.map(({ reason }) => reason).join('; ')}`,
    'Name a mirror that this machine reaches under scan.database.mirrors.',
  );

async function downloadFrom(
  mirror: string | null,
  { run, scratch, env, deadlineMs, signal }: DatabaseQuestion,
  { exec, files, clock }: Ports,
): Promise<ScanFailure | null> {
  const timeoutMs = deadlineMs - clock.monotonicMs();
  if (timeoutMs <= 0) return failed('SCAN_TIMEOUT', 'no time was left to fetch the vulnerability database', moreTime);
  const folder = scratch('trivy-db');
  await files.makeDirectory(folder, 0o700);
  try {
    const result = await exec.run({
      argv: downloadArgv({ ...run, cacheDirectory: folder, timeoutMs }, mirror),
      cwd: folder,
      env,
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
    const fetched = await look(folder, files);
    if (fetched.kind !== 'found') return cutShort(result, timeoutMs) ?? failureOf(result, timeoutMs);
    await files.makeDirectory(run.cacheDirectory);
    const old = `${folder}/old`;
    if (await files.exists(`${run.cacheDirectory}/db`)) await files.rename(`${run.cacheDirectory}/db`, old);
    await files.rename(`${folder}/db`, `${run.cacheDirectory}/db`);
    return null;
  } finally {
    await files.remove(folder);
  }
}

const moreTime = 'Give it more time under scan.timeout.';
