import { runChecks } from '../../checks/run.ts';
import type { RefusedQuery } from '../../domain/migration/compatibility/refused-query.ts';
import type { CheckSpec, SmokeReport } from '../../domain/smoke/check.ts';
import { Interrupted } from '../../errors.ts';
import type { RehearsalDatabases } from './databases.ts';
import type { RehearsalInput, RehearsalPorts } from './input.ts';
import type { RunningRelease } from './running-release.ts';

/** What one smoke saw, and what the server refused meanwhile. */
export interface Sight {
  readonly report: SmokeReport;
  readonly refused: readonly RefusedQuery[];
}

/** Run checks against a release and read from the server's log what it was refused. */
export async function lookAt(
  release: RunningRelease,
  checks: readonly CheckSpec[],
  databases: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<Sight> {
  const since = await databases.server.mark();
  const signal = input.signal === undefined ? {} : { signal: input.signal };
  const options = { deadlineMs: input.smokeDeadlineMs, ...signal };
  const report = await runChecks(checks, { baseUrl: release.baseUrl }, options, ports);
  if (input.signal?.aborted === true) throw new Interrupted('INTERRUPTED', 'a signal ended the rehearsal');
  return { report, refused: await databases.server.failedQueries(since) };
}

export function failuresOf(report: SmokeReport): readonly { readonly name: string; readonly reason: string }[] {
  return report.checks.flatMap((check) => (check.kind === 'pass' ? [] : [{ name: check.name, reason: check.reason }]));
}
