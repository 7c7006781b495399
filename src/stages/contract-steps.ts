import { isContract, type ServingRelease } from '../domain/migration/contract.ts';
import { labelOf, type Migration } from '../domain/migration/migration.ts';
import type { AppStatus, Scope } from '../domain/rollout/messages.ts';
import type { AgentConnection, Reporter } from '../ports.ts';

/** What serves, as far as contract steps ask for it; null when nothing does. */
export function servingOf(status: AppStatus | null): ServingRelease | null {
  const stable = status?.stable ?? null;
  if (stable === null) return null;
  const { version, spec, bakedAt = null, bakesUntil = null } = stable;
  return { version, contracts: spec.contracts ?? [], bakedAt, bakesUntil };
}

/**
 * Do what removes something older releases need, with a record of it in the agent's journal first.
 *
 * When it fails and `hasBegun` tells that nothing of the steps took effect, the record is taken back.
 */
export async function pastNoReturn<T>(
  migrations: readonly Migration[],
  run: { readonly scope: Scope; readonly runId: string },
  work: () => Promise<T>,
  hasBegun: (steps: readonly Migration[]) => Promise<boolean>,
  { agent, reporter }: { readonly agent: AgentConnection; readonly reporter: Reporter },
): Promise<T> {
  const contracts = migrations.filter(isContract);
  if (contracts.length === 0) return await work();
  const steps = contracts.map(({ version, name }) => ({ version, name }));
  const { scope, runId } = run;
  const { releases } = await agent.request({ type: 'no-return', ...scope, runId, steps, holds: true });
  const names = contracts.map(labelOf).join(', ');
  const lost = releases.length === 0 ? '' : `; no way back to ${releases.join(', ')}`;
  reporter.report({ type: 'note', stage: 'migrate', text: `point of no return: ${names}${lost}` });
  try {
    return await work();
  } catch (error) {
    if (!(await hasBegun(contracts).catch(() => true)))
      await agent.request({ type: 'no-return', ...scope, runId, steps, holds: false });
    throw error;
  }
}
