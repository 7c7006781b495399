import type { RunOwner, Scope } from '../domain/rollout/messages.ts';
import { LockHeld } from '../errors.ts';
import type { AgentConnection, Clock } from '../ports.ts';

export interface HeldLock {
  /** Throws LockHeld `LOCK_LOST` once the lease could not be renewed: call it before every statement and push. */
  readonly assertHeld: () => void;
  release(): Promise<void>;
}

/**
 * Take the lock of an application and environment and keep its lease alive until it is released.
 *
 * Throws LockHeld `LOCK_HELD` with who holds it and since when.
 */
export async function takeLock(
  scope: Scope,
  owner: RunOwner,
  leaseMs: number,
  ports: { readonly agent: AgentConnection; readonly clock: Clock },
): Promise<HeldLock> {
  const { agent, clock } = ports;
  await agent.request({ type: 'lock', ...scope, owner, leaseMs });
  const ended = new AbortController();
  let renewedAt = clock.monotonicMs();
  let lost: unknown = null;
  const renewal = (async () => {
    while (!ended.signal.aborted) {
      await clock.sleep(leaseMs / 3, ended.signal).catch(() => undefined);
      if (ended.signal.aborted) return;
      try {
        await agent.request({ type: 'renew', ...scope, runId: owner.runId });
        renewedAt = clock.monotonicMs();
      } catch (error) {
        if (error instanceof LockHeld) {
          lost = error;
          return;
        }
      }
    }
  })();
  return {
    assertHeld() {
      if (lost === null && clock.monotonicMs() - renewedAt < leaseMs) return;
      throw new LockHeld(
        'LOCK_LOST',
        `the lock on ${scope.app}/${scope.environment} was lost: this run stops before its next step`,
        {
          hint: 'run "fairway status" to see what stands, then run the command again',
          cause: lost ?? undefined,
        },
      );
    },
    async release() {
      ended.abort();
      await renewal;
      await agent.request({ type: 'unlock', ...scope, runId: owner.runId }).catch(() => undefined);
    },
  };
}
