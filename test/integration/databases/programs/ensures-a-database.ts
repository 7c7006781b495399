/** Ensures the environment's database below the folder it is given, says its URL, and waits to be killed. */
import { join } from 'node:path';
import { embeddedEnvironment } from '../../../../src/databases/postgres/embedded-environment.ts';
import { databaseWorld } from '../world.ts';

const { context, ports } = await databaseWorld();
const stateDirectory = join(process.argv[2] ?? '', 'state');
const { url } = await embeddedEnvironment({ ...context, stateDirectory }, ports).ensure();
process.stdout.write(url);
setInterval(() => undefined, 1_000);
