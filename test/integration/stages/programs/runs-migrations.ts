/** Applies the migrations of a folder to a database, both given, and says "working" once it begins. */
import { mariadbDialect, postgresDialect } from '../../../../src/domain/migration/dialect.ts';
import { migrationTool } from '../../../../src/migration-tools/index.ts';
import { migrateApply } from '../../../../src/stages/migrate.ts';
import { databaseWorld } from '../../databases/world.ts';

const [, , url = '', directory = '', engine = 'postgres'] = process.argv;
const dialect = engine === 'mariadb' ? mariadbDialect : postgresDialect;
const { ports } = await databaseWorld();
const tool = migrationTool('sql');
const set = await tool.list(directory, 'migrations', dialect, ports.files);
process.stdout.write('working\n');
await migrateApply(
  {
    url,
    tool,
    dialect,
    set,
    table: 'fairway_migrations',
    runId: 'killed',
    lockTimeoutMs: 500,
    statementTimeoutMs: 20_000,
  },
  ports,
);
