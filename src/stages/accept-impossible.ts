import type { Config } from '../config/schema.ts';
import type { Request } from '../domain/rollout/messages.ts';
import { isInside, readWindow } from '../domain/rollout/window.ts';
import { GateFailed, RollbackFailed } from '../errors.ts';
import type { AgentConnection, Clock } from '../ports.ts';
import type { RehearsalResult } from './rehearse/input.ts';
import { refuseImpossible } from './rehearse.ts';

interface Wanted {
  readonly config: Pick<Config, 'deploy' | 'migrations'>;
  readonly version: string;
  /** The version that somebody named with `--accept-impossible`. */
  readonly accepted: string | undefined;
}

/**
 * Refuse what cannot be rolled back, unless somebody took it upon them: the release by its name, behind the maintenance
 * page, inside a declared window, with a backup that is verified before the first statement.
 *
 * Throws GateFailed `ROLLBACK_IMPOSSIBLE`, with what is missing when it was accepted by name.
 */
export function refuseOrAccept(
  result: RehearsalResult,
  wanted: Wanted,
  { clock }: { readonly clock: Pick<Clock, 'now'> },
): void {
  if (result.rollback !== 'impossible') return;
  const missing = missingFor(wanted, clock.now());
  if (missing.length === 0) return;
  if (wanted.accepted === undefined) return refuseImpossible(result);
  throw new GateFailed('ROLLBACK_IMPOSSIBLE', `${result.reason}\nIt was accepted, but ${missing.join('; and ')}`, {
    hint: 'docs/guides/deploy.md says what it takes to go without a way back.',
    facts: { rehearsal: result, missing },
  });
}

function missingFor({ config, version, accepted }: Wanted, now: Date): readonly string[] {
  const { strategy, windows } = config.deploy;
  const isOpen = windows.some((text) => {
    const window = readWindow(text);
    return window !== null && isInside(window, now);
  });
  return [
    ...(accepted === version ? [] : [`--accept-impossible names ${accepted ?? 'nothing'}, and this is ${version}`]),
    ...(strategy === 'recreate' ? [] : [`deploy.strategy is ${strategy}, and it needs recreate`]),
    ...(isOpen ? [] : [`now (${now.toISOString()}) is outside deploy.windows (${windows.join(', ') || 'none'})`]),
    ...(config.migrations?.backup === 'verified' ? [] : ['migrations.backup is not "verified"']),
  ];
}

type Closing = Omit<Extract<Request, { type: 'maintain' }>, 'type' | 'isClosed'>;

/** Have users see the maintenance page while something runs that the old release does not survive. */
export async function behindThePage<T>(closing: Closing, agent: AgentConnection, run: () => Promise<T>): Promise<T> {
  await agent.request({ type: 'maintain', ...closing, isClosed: true });
  try {
    return await run();
  } catch (error) {
    // Whatever else went wrong, the database is as before, or the old release passes on it.
    const isLost = error instanceof RollbackFailed;
    if (!isLost) await agent.request({ type: 'maintain', ...closing, isClosed: false });
    throw error;
  }
}
