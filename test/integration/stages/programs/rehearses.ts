/** Rehearses a slow migration below the folder it is given, says "up" once the old release runs, and waits to be killed. */
import { join } from 'node:path';
import { rehearse } from '../../../../src/stages/rehearse.ts';
import { rehearseWorld } from '../rehearse-world.ts';

const directory = process.argv[2] ?? '';
const { input, ports, world } = await rehearseWorld();
const release = { READ: 'SELECT 1', WRITE: 'SELECT 1' };
const about = await input({
  base: {},
  pending: { '0001_slow.sql': 'SELECT pg_sleep(50);' },
  old: release,
  new: release,
});
const context = {
  ...world.context,
  stateDirectory: join(directory, 'state'),
  cacheDirectory: join(directory, 'cache'),
};
await rehearse(
  {
    ...about,
    database: { ...about.database, context },
    onStep: ({ step }) => step === 'old-on-base' && process.stdout.write('up\n'),
  },
  ports,
);
