import { EnvironmentError } from '../../errors.ts';
import type { DatabaseContext, DatabasePorts, EnvironmentDatabase } from '../database.ts';
import { abandoned, temporaryName } from '../postgres/temporary.ts';
import { dumpMariadb } from './dump-backup.ts';
import { makeOwn, ownProcess, ownUrl, startOwn } from './own-server.ts';

/** How long another client may take to start the server that we want too. */
const startTimeoutMs = 60_000;

/**
 * A server of the environment's own below the state directory, with the MariaDB that is installed; the system's own
 * instance is never touched. It outlives the client, and its data outlives it.
 */
export function installedEnvironment(context: DatabaseContext, ports: DatabasePorts): EnvironmentDatabase {
  const directory = `${context.stateDirectory}/databases/${context.app}-${context.environment}-mariadb`;
  const find = async (): Promise<{ readonly url: string } | null> => {
    if ((await ownProcess(directory, ports)) === null) return null;
    const url = await ownUrl(directory, context.app, ports);
    return url === null ? null : { url };
  };
  const ensure = async (): Promise<{ readonly url: string }> => {
    await makeOwn(directory, context, ports);
    await alone(directory, ports, async () => {
      if ((await ownProcess(directory, ports)) === null) await startOwn(directory, ports);
    });
    const found = await find();
    if (found === null) throw new EnvironmentError('MARIADB_FAILED', `the server in ${directory} ended by itself`);
    await answering(found.url, ports);
    return found;
  };
  return {
    find,
    ensure,
    wake: async () => ((await ports.files.exists(directory)) ? await ensure() : null),
    async backup(to) {
      await ensure();
      const url = await ownUrl(directory, context.app, ports, 'administrator');
      if (url === null) throw new EnvironmentError('BACKUP_FAILED', `no database below ${directory} runs`);
      return await dumpMariadb(url, to, context, ports);
    },
    async stop() {
      const process = await ownProcess(directory, ports);
      if (process !== null) await ports.daemons.stop(process, 20_000);
    },
  };
}

/** Who killed his client during the start left a server that may still be starting. */
async function answering(url: string, ports: DatabasePorts): Promise<void> {
  const deadline = ports.clock.monotonicMs() + startTimeoutMs;
  for (;;) {
    try {
      const connection = await ports.sql.connect(url, { timeoutMs: 2_000, applicationName: 'fairway' });
      await connection.close();
      return;
    } catch (error) {
      if (ports.clock.monotonicMs() > deadline) throw error;
      await ports.clock.sleep(50);
    }
  }
}

/** Of two servers on one data directory the second one waits long for the first: so only one client starts one. */
async function alone(directory: string, ports: DatabasePorts, work: () => Promise<void>): Promise<void> {
  const { files, clock } = ports;
  const lock = `${directory}/starting`;
  const name = temporaryName(ports);
  const mine = `${directory}/${name}`;
  for (const left of await abandoned(directory, ports)) await files.remove(`${directory}/${left.name}`);
  await files.makeDirectory(`${mine}/${name}`, 0o700);
  const deadline = clock.monotonicMs() + startTimeoutMs;
  try {
    // A folder takes the place of an empty one, and of no other: it is ours, or it is somebody else's.
    while (
      !(await files.rename(mine, lock).then(
        () => true,
        () => false,
      ))
    ) {
      for (const left of await abandoned(lock, ports)) await files.remove(`${lock}/${left.name}`);
      if (clock.monotonicMs() > deadline) {
        throw new EnvironmentError(
          'MARIADB_FAILED',
          `another client has been starting the server in ${directory} for ${startTimeoutMs / 1_000} s`,
          {
            hint: 'look for a fairway that hangs, end it and run the command again',
          },
        );
      }
      await clock.sleep(50);
    }
    try {
      await work();
    } finally {
      // The empty folder stays, for the next one to take its place: to remove it would race with him.
      await files.remove(`${lock}/${name}`);
    }
  } finally {
    await files.remove(mine);
  }
}
