import { runChecks } from '../checks/run.ts';
import type { Config } from '../config/schema.ts';
import type { Scope } from '../domain/rollout/messages.ts';
import type { ReleaseSpec } from '../domain/rollout/plan.ts';
import type { SmokeReport } from '../domain/smoke/check.ts';
import { InternalError, RollbackFailed, RolledBack } from '../errors.ts';
import type { AgentConnection, Http } from '../ports.ts';
import { errorOf, followRollout } from './follow.ts';
import { stage, type StagePorts } from './stage.ts';

export interface ConfirmInput {
  readonly config: Config;
  readonly scope: Scope;
  readonly runId: string;
  readonly signal: AbortSignal;
  /** Users come in where this command does not: the agents' own smoke must do. */
  readonly isElsewhere?: boolean;
}

export interface ConfirmPorts extends StagePorts {
  readonly agent: AgentConnection;
  readonly http: Http;
}

/**
 * After the promotion: what serves is what was deployed, and it passes its smoke where users come in.
 *
 * Throws RolledBack `SMOKE_FAILED` when it does not and the release before serves again, else RollbackFailed.
 */
export async function confirm(input: ConfirmInput, release: ReleaseSpec, ports: ConfirmPorts): Promise<string | null> {
  const { config, scope } = input;
  return await stage('smoke', `${release.version} where users come in`, ports, async (note) => {
    const { apps } = await ports.agent.request({ type: 'status', ...scope });
    const status = apps.find(({ app, environment }) => app === scope.app && environment === scope.environment);
    if (status?.stable?.artifact !== release.artifact) {
      throw new InternalError(
        'WRONG_RELEASE',
        `${status?.stable?.artifact ?? 'nothing'} serves, and ${release.artifact} was deployed`,
      );
    }
    await prove(release, scope, ports.agent);
    const { url } = status;
    if (input.isElsewhere === true) {
      return { value: url, summary: `its own digest runs on every host, where its smoke passed` };
    }
    if (url === null) return { value: null, summary: 'no process takes traffic' };
    const report = await smoke(config, url, ports);
    for (const check of report.checks) if (check.kind !== 'pass') note(`${check.name}: ${check.reason}`);
    if (report.verdict === 'fail') throw await wayBack(input, release, report, ports);
    const passed = report.checks.filter(({ kind }) => kind === 'pass').length;
    return { value: url, summary: `${passed} of ${report.checks.length} checks pass at ${url}` };
  });
}

/** What is said to run is what runs, as the target itself tells it. Throws RollbackFailed `WRONG_DIGEST_RUNS`. */
async function prove(release: ReleaseSpec, scope: Scope, agent: AgentConnection): Promise<void> {
  const { artifacts } = await agent.request({ type: 'proof', ...scope });
  const wrong = Object.entries(artifacts).filter(([, artifact]) => artifact !== null && artifact !== release.artifact);
  if (wrong.length === 0) return;
  const said = wrong.map(([process, artifact]) => `${process} runs ${artifact ?? 'nothing'}`).join('; ');
  throw new RollbackFailed('WRONG_DIGEST_RUNS', `${release.artifact} was deployed, but ${said}`, {
    hint: 'Find out who started it; "fairway rollback" goes back to the release before.',
  });
}

/** Looked at even when the run is being interrupted: what was promoted must be known to be well. */
export async function smoke(
  config: Config,
  url: string,
  ports: Pick<ConfirmPorts, 'http' | 'clock'>,
): Promise<SmokeReport> {
  return await runChecks(config.smoke.checks, { baseUrl: url }, { deadlineMs: config.smoke.deadline }, ports);
}

async function wayBack(
  { scope, runId, signal }: ConfirmInput,
  release: ReleaseSpec,
  report: SmokeReport,
  ports: ConfirmPorts,
): Promise<RolledBack | RollbackFailed> {
  const why = report.checks
    .flatMap((check) => (check.kind === 'fail' ? [`${check.name}: ${check.reason}`] : []))
    .join('; ');
  const failed = `${release.version} was promoted and does not pass its smoke where users come in (${why}).`;
  try {
    const back = await ports.agent.request({ type: 'rollback', ...scope, version: null, runId });
    const end = await followRollout(scope, back.rolloutId, ports, signal);
    if (errorOf(end, false) === null) {
      return new RolledBack('SMOKE_FAILED', `${failed} All traffic is back on ${back.release.version}.`, {
        hint: `Logs: fairway logs ${release.version}`,
      });
    }
    return new RollbackFailed('SMOKE_FAILED', `${failed} The way back failed too: ${end.message}`);
  } catch (cause) {
    return new RollbackFailed('SMOKE_FAILED', `${failed} It still serves: there is no way back (${String(cause)}).`, {
      cause,
    });
  }
}
