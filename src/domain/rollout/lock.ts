import type { RunOwner } from './messages.ts';

/** The lock of one application and environment, as the agent remembers it. */
export interface Lock {
  readonly owner: RunOwner;
  /** ISO 8601. */
  readonly since: string;
  readonly leaseMs: number;
}

/** How long the owner has been silent, and whether its process is known to be gone. */
export interface OwnerSigns {
  readonly silentMs: number;
  /** Null when nobody can tell: the client runs on another host. */
  readonly isProcessAlive: boolean | null;
}

export type LockDecision =
  | { readonly kind: 'granted'; readonly tookOverFrom: RunOwner | null }
  /** The owner is gone, but its rollout still runs: bring that to its end first. */
  | { readonly kind: 'settle-first'; readonly lost: RunOwner | null }
  /** Null: nobody holds the lock, but a rollout goes on without its client. */
  | { readonly kind: 'held'; readonly lock: Lock | null };

/** True when the owner lost the lock: its process is gone, or its lease ran out without a word. */
export function isLost(lock: Lock, signs: OwnerSigns): boolean {
  return signs.isProcessAlive === false || signs.silentMs > lock.leaseMs;
}

/**
 * Decide on a request for the lock.
 *
 * The run that holds it gets it again. An owner that is gone loses it at once, except while its rollout goes on without
 * it (`goes-on`: held for a person, or told to); one that returns to stable (`returns`) is waited for.
 */
export function decideLock(
  current: Lock | null,
  runId: string,
  signs: OwnerSigns,
  rollout: 'none' | 'returns' | 'goes-on',
): LockDecision {
  if (current?.owner.runId === runId) return { kind: 'granted', tookOverFrom: null };
  if (rollout === 'goes-on' || (current !== null && !isLost(current, signs))) return { kind: 'held', lock: current };
  const lost = current?.owner ?? null;
  return rollout === 'returns' ? { kind: 'settle-first', lost } : { kind: 'granted', tookOverFrom: lost };
}
