import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { ProcessIdentity } from '../../../src/ports.ts';
import { rehearse } from '../../../src/stages/rehearse.ts';
import { rehearseWorld } from './rehearse-world.ts';

test('what a killed rehearsal left running, releases and server, is ended by the next one', async () => {
  const { input, ports, world } = await rehearseWorld();
  onTestFinished(async () => await world.remove());
  const context = {
    ...world.context,
    stateDirectory: join(world.directory, 'state'),
    cacheDirectory: join(world.directory, 'cache'),
  };
  const client = spawn(process.execPath, [join(import.meta.dirname, 'programs', 'rehearses.ts'), world.directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(client, 'exit');
  await once(client.stdout, 'data');
  client.kill('SIGKILL');
  await exited;
  const left = async (shelf: string, file: string): Promise<readonly ProcessIdentity[]> => {
    const [name = ''] = await ports.files.list(shelf);
    const known = JSON.parse(await readFile(join(shelf, name, file), 'utf8')) as unknown;
    const list = (Array.isArray(known) ? known : [{ handle: known }]) as readonly { handle: ProcessIdentity }[];
    return list.map(({ handle }) => handle);
  };
  const running = [
    ...(await left(join(context.stateDirectory, 'rehearsals'), 'instances.json')),
    ...(await left(join(context.cacheDirectory, 'postgres', 'servers'), 'process.json')),
  ];
  expect(running.map((one) => ports.daemons.isAlive(one))).toEqual([true, true]);

  const release = { READ: 'SELECT 1', WRITE: 'SELECT 1' };
  const about = await input({ base: {}, pending: {}, old: null, new: release });
  await rehearse({ ...about, database: { ...about.database, context } }, ports);
  expect(running.map((one) => ports.daemons.isAlive(one))).toEqual([false, false]);
  expect(await ports.files.list(join(context.stateDirectory, 'rehearsals'))).toEqual([]);
  expect(await ports.files.list(join(context.cacheDirectory, 'postgres', 'servers'))).toEqual([]);
});
