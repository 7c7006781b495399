import { labelOf } from '../../../domain/migration/migration.ts';
import { ship } from '../../../stages/ship.ts';
import type { CommandBody } from '../command.ts';
import { delivering } from '../delivery.ts';
import { announcing } from '../forge.ts';
import { handedOver, waiting } from '../no-wait.ts';
import { planned } from '../planned.ts';
import { openProject } from '../project.ts';
import { partial } from '../partial.ts';

/** The main job, from commit to released. */
export const run: CommandBody = async (context) => {
  const project = waiting(await openProject(context));
  if (context.dryRun) return await planned(project, 'ship');
  return await partial(async (known, onKnown) => {
    const { announce, branch } = await announcing(context);
    const { prepared, delivered, published, contracted } = await delivering(project, onKnown, (base, ports) =>
      ship({ ...base, branch, allowDirty: context.flags['allow-dirty'] === true }, { ...ports, announce }),
    );
    if (delivered === null && contracted.length > 0) {
      onKnown({ applied: contracted });
      return {
        outcome: 'ok',
        code: 'CONTRACTED',
        result: known,
        summary: [`${prepared.version} serves already; applied after its bake: ${contracted.map(labelOf).join(', ')}`],
      };
    }
    if (delivered === null) {
      return {
        outcome: 'ok',
        code: 'NOTHING_NEW',
        result: known,
        summary: [`nothing to do: ${prepared.version} (${prepared.commit.slice(0, 7)}) serves already`],
      };
    }
    if (delivered.rollout.outcome === 'running') return handedOver(known, delivered.rollout);
    if (published !== null) onKnown({ tag: published.tag });
    const where = delivered.url === null ? '' : ` at ${delivered.url}`;
    return {
      outcome: 'ok',
      code: published === null ? 'DEPLOYED' : 'RELEASED',
      result: known,
      summary: [
        `${prepared.version} serves${where}`,
        published === null ? 'nothing was to be released: no tag' : `released as ${published.tag}`,
      ],
    };
  });
};
