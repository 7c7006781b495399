import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeDaemons } from '../../../src/adapters/node/daemons.ts';
import { nodeExec } from '../../../src/adapters/node/exec.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeOrphans } from '../../../src/adapters/node/orphans.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { identify } from '../../../src/adapters/node/process-table.ts';
import { sql } from '../../../src/adapters/sql/index.ts';
import { serverHost } from '../../../src/adapters/sql/server-host.ts';
import type { DatabaseContext, DatabasePorts } from '../../../src/databases/database.ts';
import { createMask } from '../../../src/domain/secrets/mask.ts';

export interface DatabaseWorld {
  readonly ports: DatabasePorts;
  readonly context: DatabaseContext;
  /** Also what the context's state lies in; removed by `remove`. */
  readonly directory: string;
  readonly remove: () => Promise<void>;
}

/** Shared by all tests of this user, as the cache of one user is; nothing in it belongs to a test. */
const sharedCache = join(homedir(), '.cache', 'fairway-tests');

/** The real ports with a state directory of their own; `ownCache` keeps the cache apart too. */
export async function databaseWorld(options: { readonly ownCache?: boolean } = {}): Promise<DatabaseWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway db '));
  const stateDirectory = join(directory, 'state');
  const self = identify(process.pid);
  if (self === null) throw new Error('this process is not in the process table');
  const orphans = nodeOrphans(stateDirectory);
  return {
    directory,
    context: {
      app: 'shop',
      environment: 'local',
      stateDirectory,
      cacheDirectory: options.ownCache === true ? join(directory, 'cache') : sharedCache,
    },
    ports: {
      files: nodeFiles(),
      daemons: nodeDaemons(),
      exec: nodeExec({ env: process.env, mask: createMask(), orphans }),
      ports: nodePorts(),
      clock: nodeClock(),
      sql,
      host: serverHost(self, { fetch: () => Promise.reject(new Error('npm ci has installed no PostgreSQL')) }),
      random: (bytes) => randomBytes(bytes).toString('hex'),
    },
    remove: async () => await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }),
  };
}
