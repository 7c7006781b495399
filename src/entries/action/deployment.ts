import type { DeploymentState } from '../../adapters/actions/github-pages.ts';
import type { RunFacts } from '../../domain/summary/facts.ts';
import type { Run } from '../cli/context.ts';
import { placeOf } from './place.ts';

/** Commands after which another release may serve. */
export const deploymentCommands: readonly string[] = ['ship', 'deploy', 'promote', 'rollback', 'undo'];

/** Commands that tell how an earlier deployment went on: their answer belongs to the deployment of another run. */
export const collectingCommands: readonly string[] = ['follow', 'watch', 'resume'];

/** Does what was collected end the last deployment? A finished one is only changed when it was rolled back since. */
export function ends(state: string, { document }: RunFacts): boolean {
  if (document.code.startsWith('NOTHING')) return false;
  return state === 'in_progress' || (state === 'success' && /^rolled-back$|^rollback-failed$/.test(document.outcome));
}

/** The environment that a run deploys to; null when the configuration cannot be read, which the run itself will say. */
export async function deployed(run: Run, env: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  const { loadConfiguration } = await import('../cli/configuration.ts');
  return await loadConfiguration(placeOf(run, env)).then(
    ({ environment, config }) => (config.target === undefined ? null : environment),
    () => null,
  );
}

export interface Closing {
  readonly state: DeploymentState;
  readonly description: string;
  readonly environmentUrl: string | null;
}

/**
 * How a deployment is closed. After a rollback it is first a failure, so that its history shows it, and then
 * inactive: the deployment before it is the one that serves. One that goes on without us stays in progress.
 */
export function closingState({ document, url, failure }: RunFacts): readonly Closing[] {
  const told = (state: DeploymentState, description: string): Closing => ({ state, description, environmentUrl: null });
  const reason = `${document.code}: ${failure?.message ?? ''}`;
  switch (document.outcome) {
    case 'ok':
      return [{ state: 'success', description: document.code, environmentUrl: webAddress(url) }];
    case 'running':
      return [];
    case 'rolled-back':
      return [told('failure', reason), told('inactive', 'rolled back; the release before it serves')];
    case 'refused':
    case 'rollback-failed':
    case 'inconclusive':
      return [told('failure', reason)];
    case 'interrupted':
      return [told('error', reason), told('inactive', 'interrupted; the release before it serves')];
    case 'planned':
      return [told('inactive', 'only planned')];
    case 'error':
    case 'locked':
      return [told('error', reason)];
  }
}

/** GitHub takes nothing but web addresses. */
const webAddress = (url: string | null): string | null => (url !== null && /^https?:\/\//.test(url) ? url : null);
