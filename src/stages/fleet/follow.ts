import type { RolloutEnd, RolloutRecord, Scope } from '../../domain/rollout/messages.ts';
import type { Barrier } from '../../domain/rollout/state.ts';
import { FairwayError } from '../../errors.ts';
import type { AgentConnection } from '../../ports.ts';

/** A host in one rollout. */
export interface Participant {
  readonly name: string;
  readonly agent: AgentConnection;
  readonly rolloutId: string;
}

type Told = { readonly end: RolloutEnd } | { readonly lost: Error };

/** What a host says only after its promotion was written down. */
const committed = new Set(['drain-old', 'keep-warm', 'remove-old', 'stop-old', 'start']);

/**
 * Lead one rollout over several hosts: switch when all are prepared, commit when all have switched.
 *
 * The first host commits first: what its journal says then is the decision, and only after it the others are told.
 * Until then one that fails, or cannot be reached, takes all others back; one that is out of reach goes back by its own
 * lease.
 */
export async function followTogether(
  hosts: readonly Participant[],
  scope: Scope,
  onRecord: (record: RolloutRecord) => void,
  signal?: AbortSignal,
): Promise<RolloutEnd> {
  const reached = new Map<string, Set<Barrier>>(hosts.map(({ name }) => [name, new Set<Barrier>()]));
  const passed = new Set<Barrier>();
  let seq = 0;
  let isCommitted = false;
  const isDecided = Promise.withResolvers<void>();

  const abortAll = async (): Promise<void> => {
    await Promise.all(
      hosts.map(async ({ agent }) => await agent.request({ type: 'abort', ...scope }).catch(() => null)),
    );
  };
  const pass = async ({ agent, rolloutId }: Participant, barrier: Barrier): Promise<void> =>
    void (await agent.request({ type: 'pass', ...scope, rolloutId, barrier }));

  const release = async (barrier: Barrier): Promise<void> => {
    if (passed.has(barrier) || hosts.some(({ name }) => reached.get(name)?.has(barrier) !== true)) return;
    passed.add(barrier);
    try {
      const [first, ...others] = hosts;
      if (first !== undefined) await pass(first, barrier);
      if (barrier === 'switched') await isDecided.promise;
      await Promise.all(others.map(async (host) => await pass(host, barrier)));
    } catch {
      // Whoever could not be told is told as lost by its own following.
      if (!isCommitted) await abortAll();
    }
  };

  const isFirst = (host: Participant): boolean => host === hosts[0];
  const follow = async (host: Participant): Promise<Told> => {
    const { name, agent, rolloutId } = host;
    let hasPersisted = false;
    try {
      const end = await agent.follow(
        scope,
        rolloutId,
        (record) => {
          seq += 1;
          onRecord({ ...record, seq, text: hosts.length === 1 ? record.text : `${name}: ${record.text}` });
          const [, barrier] = /^await-(prepared|switched)$/.exec(record.kind) ?? [];
          if (barrier !== undefined) {
            reached.get(name)?.add(barrier as Barrier);
            void release(barrier as Barrier);
          }
          if (record.kind === 'persist') hasPersisted = true;
          else if (isFirst(host) && hasPersisted && (committed.has(record.kind) || record.end?.outcome === 'ok'))
            decide();
        },
        signal,
      );
      if (end.outcome !== 'ok' && !isCommitted) await abortAll();
      return { end };
    } catch (error) {
      if (signal?.aborted === true) throw error;
      if (!isCommitted) await abortAll();
      return { lost: error instanceof Error ? error : new Error(String(error)) };
    } finally {
      // Nobody waits for a decision that does not come any more.
      if (isFirst(host)) isDecided.resolve();
    }
  };
  const decide = (): void => {
    isCommitted = true;
    isDecided.resolve();
  };

  const told = await Promise.all(hosts.map(follow));
  return conclude(hosts, told, isCommitted);
}

function conclude(hosts: readonly Participant[], told: readonly Told[], isCommitted: boolean): RolloutEnd {
  const all = hosts.flatMap(({ name }, i) => {
    const one = told[i];
    return one === undefined ? [] : [{ name, ...one }];
  });
  const ends = all.flatMap((one) => ('end' in one ? [one.end] : []));
  const bad = all.filter((one) => 'lost' in one || one.end.outcome !== 'ok');
  const facts = {
    hosts: all.map((one) => ({ name: one.name, outcome: 'end' in one ? one.end.outcome : 'unreachable' })),
  };
  const durationMs = Math.max(0, ...ends.map((end) => end.durationMs));
  const holdMs = Math.max(0, ...ends.map((end) => end.holdMs));
  const [good] = ends;
  if (bad.length === 0 && good !== undefined)
    return { ...good, facts: { ...good.facts, ...facts }, durationMs, holdMs };
  const said = bad.map((one) => `${one.name}: ${'lost' in one ? lostText(one.lost) : one.end.message}`).join('; ');
  if (isCommitted) {
    return {
      outcome: 'rollback-failed',
      code: 'HOSTS_DIFFER',
      message: `${hosts[0]?.name ?? ''} has promoted the release, and not every other host has: ${said}`,
      hint: 'Run the same command again: it brings the others to what the first host has. "fairway status" names each.',
      durationMs,
      holdMs,
      facts,
    };
  }
  const worst =
    ends.find(({ outcome }) => outcome === 'rollback-failed') ??
    ends.find(({ outcome, code }) => outcome !== 'ok' && code !== 'ABORTED') ??
    ends.find(({ outcome }) => outcome !== 'ok');
  const isLost = bad.some((one) => 'lost' in one);
  return {
    outcome: worst?.outcome ?? 'rolled-back',
    code: isLost ? 'HOST_UNREACHABLE' : (worst?.code ?? 'HOST_UNREACHABLE'),
    message: said,
    ...(isLost
      ? { hint: 'The host that is out of reach goes back to its stable release when its lease is over.' }
      : {}),
    durationMs,
    holdMs,
    facts: { ...worst?.facts, ...facts },
  };
}

function lostText(error: Error): string {
  const code = error instanceof FairwayError ? `${error.code}: ` : '';
  return `out of reach (${code}${error.message}); it goes back by its own lease`;
}
