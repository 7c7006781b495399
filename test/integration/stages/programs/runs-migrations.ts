/** Applies the migrations of a folder to a database, both given, and says "working" once it begins. */
import { postgresDialect } from '../../../../src/domain/migration/dialect.ts';
import { migrationTool } from '../../../../src/migration-tools/index.ts';
import { migrateApply } from '../../../../src/stages/migrate.ts';
import { databaseWorld } from '../../databases/world.ts';

const [, , url = '', directory = ''] = process.argv;
const { ports } = await databaseWorld();
const tool = migrationTool('sql');
const set = await tool.list(directory, 'migrations', postgresDialect, ports.files);
process.stdout.write('working\n');
await migrateApply(
  {
    url,
    tool,
    dialect: postgresDialect,
    set,
    table: 'fairway_migrations',
    runId: 'killed',
    lockTimeoutMs: 500,
    statementTimeoutMs: 20_000,
  },
  ports,
);
