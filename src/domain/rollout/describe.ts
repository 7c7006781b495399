import { durationText, percentText, requestsText } from '../analysis/words.ts';
import type { RolloutPlan } from './plan.ts';
import type { Action, RolloutState } from './state.ts';

/** What begins now, as one sentence for people. */
export function describeAction(action: Action, plan: RolloutPlan, stableVersion: string | null): string {
  const { version } = plan.release;
  const old = stableVersion ?? 'the old release';
  switch (action.type) {
    case 'prepare':
      return `${version}: artifact to its place, proxy up`;
    case 'start':
      return `${version}: start ${action.process}`;
    case 'await-ready':
      return `${version}: wait until it is ready`;
    case 'smoke':
      return action.door === 'release' ? `${version}: smoke at its own door` : `${version}: smoke at the users' door`;
    case 'close':
      return `users see the maintenance page`;
    case 'open':
      return `users see the application again`;
    case 'settle':
      return `${version}: must live for ${durationText(action.holdMs)}`;
    case 'start-old':
      return `${old}: start again`;
    case 'await-old':
      return `${old}: wait until it is ready, smoke at its own door`;
    case 'warm-up':
      return `${version}: warm up with what users asked for lately`;
    case 'join':
      return `${version}: join the proxy at 0 %`;
    case 'shift':
      return `${version} gets ${action.weightPercent} % of the traffic`;
    case 'observe':
      return action.holdMs === 0
        ? `${version} at ${action.weightPercent} %`
        : `${version} at ${action.weightPercent} %: watched for ${durationText(action.holdMs)}`;
    case 'await-hosts':
      return action.barrier === 'prepared'
        ? `${version} is prepared here: wait for the other hosts`
        : `${version} has all traffic here: wait for the other hosts`;
    case 'persist':
      return `${version} becomes the stable release`;
    case 'drain-old':
      return `${old}: wait for its last requests`;
    case 'keep-warm':
      return `${old}: runs on without traffic, for an instant way back`;
    case 'remove-old':
      return `${old}: leave the proxy`;
    case 'stop-old':
      return `${old}: stop`;
    case 'shift-back':
      return `all traffic back to ${old}`;
    case 'persist-stable':
      return `${old} stays what the proxy serves after a restart`;
    case 'verify':
      return `${old}: smoke at the users' door`;
    case 'drain-new':
      return `${version}: wait for its last requests`;
    case 'remove-new':
      return `${version}: leave the proxy`;
    case 'stop-new':
      return `${version}: stop`;
    case 'stop-proxy':
      return 'proxy: stop, nothing is left to serve';
  }
}

/** One line of a hold: numbers since the new release's first request. */
export function describeHold(
  state: RolloutState,
  counts: RolloutState['counts'],
  leftMs: number,
  isWaiting = false,
  syntheticRounds = 0,
): string {
  const rate = counts.requests === 0 ? '' : ` (${percentText(counts.errors / counts.requests)})`;
  const waiting = isWaiting ? ', waits for "fairway promote"' : '';
  const left = leftMs > 0 ? `, ${durationText(leftMs)} left` : waiting;
  const low = syntheticRounds === 0 ? '' : `, low evidence: the checks passed ${syntheticRounds} times in their place`;
  return `${state.weightPercent} %: ${requestsText(counts.requests)}, ${counts.errors} failed${rate}${low}${left}`;
}
