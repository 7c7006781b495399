import { nextAction } from '../domain/rollout/machine.ts';
import { openRollout } from './app.ts';
import type { App } from './app.ts';
import { agentLost } from './causes.ts';
import { lossOf } from './gate.ts';
import { publish } from './publish.ts';
import type { Runner } from './run.ts';
import type { AgentWorld } from './world.ts';

/** From this start on without anything done in between, the way forward is given up. */
const startsForward = 3;
/** And from this one on, the way back. */
const startsBack = 6;

/** Take up what an agent before this one left: go on with a rollout, or return it to stable. */
export async function recover(app: App, runner: Runner, world: AgentWorld): Promise<void> {
  const rollout = openRollout(app.journal.ledger());
  if (rollout === null || rollout.state.phase === 'held') return;
  await app.journal.append({ kind: 'agent-started', pid: world.program.pid });
  const starts = app.journal.ledger().rollout?.startsWithoutProgress ?? 1;
  const { state, plan } = rollout;
  const action = nextAction(state, plan);
  publish(app, { kind: 'agent-started', text: `the agent was started again: ${plan.release.version} goes on` });
  if (action !== null && state.phase !== 'forward' && starts >= startsBack) {
    return runner.start({ type: 'failed', action: action.type, cause: agentLost(starts) });
  }
  runner.start(null);
  if (state.phase !== 'forward') return;
  if (starts >= startsForward) runner.interrupt(agentLost(starts));
  else {
    const loss = lossOf(app.journal.ledger(), app.lease.silentMs(), world.clock.now().getTime());
    if (loss !== null) runner.interrupt(loss);
  }
}
