/** Starts an ephemeral server below the folder it is given, says its port, and waits to be killed. */
import { join } from 'node:path';
import { ephemeralServer } from '../../../../src/databases/postgres/ephemeral.ts';
import { databaseWorld } from '../world.ts';

const { context, ports } = await databaseWorld();
const cacheDirectory = join(process.argv[2] ?? '', 'cache');
const server = await ephemeralServer({ ...context, cacheDirectory }, ports);
process.stdout.write(new URL(server.url('postgres', 'x')).port);
setInterval(() => undefined, 1_000);
