/** Runs a migration command on a database from a tree, both given, until somebody kills it; says "working" as it begins. */
import { postgresDialect } from '../../../../src/domain/migration/dialect.ts';
import { migrateApply } from '../../../../src/stages/migrate.ts';
import { tool, toolPorts } from '../command-world.ts';
import { databaseWorld } from '../../databases/world.ts';

const [, , url = '', tree = ''] = process.argv;
const world = await databaseWorld();
const chosen = tool(toolPorts(world));
const set = await chosen.list({ tree, directory: 'db', commit: 'killed' }, postgresDialect, world.ports.files);
process.stdout.write('working\n');
await migrateApply(
  {
    url,
    tool: chosen,
    dialect: postgresDialect,
    set,
    table: 'fairway_migrations',
    runId: 'killed',
    lockTimeoutMs: 500,
    statementTimeoutMs: 20_000,
  },
  world.ports,
);
