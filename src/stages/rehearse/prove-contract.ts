import { schemaChecksum } from '../../domain/migration/evidence.ts';
import { labelOf } from '../../domain/migration/migration.ts';
import type { Perform } from '../migrate/perform.ts';
import { appliedOrRefused, bring, schemaIn, withoutWaiting } from './databases.ts';
import { assertPasses, runNew } from './new-release.ts';
import type { Play } from './play.ts';

const database = 'fairway_contract';

/**
 * The other half of a change in two steps: the new release, which is alone by then, lives through the contract steps
 * and starts again without what they removed. The old one is not asked any more.
 *
 * Answers a checksum of the schema that the steps are to be applied to. Throws GateFailed `MIGRATION_FAILED`,
 * `REHEARSAL_SMOKE_FAILED`, `RELEASE_NOT_READY`, `RELEASE_EXITED`.
 */
export async function proveContract(play: Play, perform: Perform | undefined): Promise<string | null> {
  const { databases, input, ports, log } = play;
  const { server, base, role, waiting } = databases;
  const { migrations } = input;
  if (migrations === null) return null;
  const names = waiting.map(labelOf).join(', ');
  return await log.step('contract', async () => {
    await server.create(database, base);
    const expand = withoutWaiting(migrations.set, databases);
    appliedOrRefused(await bring(database, expand, role, server, input, ports));
    const schema = await schemaIn(database, server, input, ports);
    const alone: Play = { ...play, databases: { ...databases, stage: database } };
    const before = await runNew(alone);
    await assertPasses(before, 'in the rehearsal', alone);
    appliedOrRefused(await bring(database, migrations.set, role, server, input, ports, perform));
    await assertPasses(before, `after the contract step ${names}`, alone);
    await before.stop();
    const after = await runNew(alone);
    const checks = await assertPasses(after, `when it starts after the contract step ${names}`, alone);
    await after.stop();
    const { version } = input.newRelease.spec;
    return [schema === null ? null : await schemaChecksum(schema), `${version} passes ${checks} checks after ${names}`];
  });
}
