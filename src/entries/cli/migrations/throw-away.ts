import { databases } from '../../../databases/index.ts';
import { ephemeralMariadb } from '../../../databases/mariadb/ephemeral.ts';
import type { ThrowAwayServer } from '../../../databases/observe/throw-away-server.ts';
import { EnvironmentError } from '../../../errors.ts';
import type { Engine } from '../../../domain/migration/classify/words.ts';
import type { CommandContext } from '../command.ts';
import type { World } from '../world.ts';

/** A server of our own that ends with this command. */
export async function throwAway(engine: Engine, context: CommandContext, world: World): Promise<ThrowAwayServer> {
  const { stateDirectory, cacheDirectory } = context;
  const place = { app: 'classify', environment: 'local', stateDirectory, cacheDirectory };
  if (engine === 'mariadb') return await ephemeralMariadb(place, world);
  const plugin = databases.find((one) => one.type === engine);
  if (plugin === undefined) {
    throw new EnvironmentError('ENGINE_MISSING', `no throw-away ${engine} server can be started here`, {
      hint: 'use --static, or name a server with --database-url',
    });
  }
  return await plugin.ephemeral(plugin.schema.parse({ type: engine }), place, world);
}
