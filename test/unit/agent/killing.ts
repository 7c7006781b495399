import type { RolloutPlan } from '../../../src/domain/rollout/plan.ts';
import type { Files } from '../../../src/ports.ts';
import { journalPath, openBench } from './bench.ts';
import type { Host, Life } from './bench.ts';

/** What of the journal's n-th line is on disk when the agent is killed. */
export const moments = ['nothing', 'half', 'all'] as const;
export type Moment = (typeof moments)[number];

/** A disk on which the agent is killed at its n-th line in the journal. */
function killingFiles(host: Host, atLine: number, moment: Moment, life: Life): Files {
  let line = 0;
  return {
    ...host.files,
    async appendDurable(path, content) {
      if (path === journalPath) line += 1;
      if (path !== journalPath || line < atLine) return await host.files.appendDurable(path, content);
      life.isOver = true;
      if (moment !== 'nothing') {
        const written = moment === 'all' ? content : content.slice(0, content.length / 2);
        await host.files.appendDurable(path, written);
      }
      return await new Promise(() => {});
    },
  };
}

/** Deploy with an agent that is killed at that line; false when it had written fewer lines. */
export async function killAt(host: Host, plan: RolloutPlan, atLine: number, moment: Moment): Promise<boolean> {
  const life = { isOver: false };
  const doomed = await openBench(host, killingFiles(host, atLine, moment, life), life);
  let isDone = false;
  const done = (): void => {
    isDone = true;
  };
  doomed.deploy(plan).then(done, done);
  while (!life.isOver && !isDone) await new Promise((resolve) => setImmediate(resolve));
  return life.isOver;
}
