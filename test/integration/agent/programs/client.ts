import { readFileSync } from 'node:fs';
import { connectAgent } from '../../../../src/adapters/agent/client.ts';
import { identify } from '../../../../src/adapters/node/process-table.ts';
import type { RolloutPlan } from '../../../../src/domain/rollout/plan.ts';

/** A client that deploys a plan and follows it: to be killed. Prints one line per record. */
const [stateDirectory = '', planPath = ''] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planPath, 'utf8')) as RolloutPlan;
const { app, environment, runId, leaseMs, rolloutId } = plan;
const agent = await connectAgent({ stateDirectory });
if (agent === null) throw new Error('no agent runs');
const owner = { runId, who: 'client@test', command: 'deploy', process: identify(process.pid) };
await agent.request({ type: 'lock', app, environment, owner, leaseMs });
await agent.request({ type: 'deploy', plan, secrets: {} });
const end = await agent.follow({ app, environment }, rolloutId, (record) => {
  process.stdout.write(`${record.kind} ${record.weightPercent}\n`);
});
process.stdout.write(`end ${end.outcome} ${end.code}\n`);
await agent.close();
