/** Applies the migrations of a folder to a database, both given, and says "working" once it begins. */
import { basename, dirname } from 'node:path';
import { mariadbDialect, postgresDialect } from '../../../../src/domain/migration/dialect.ts';
import { sqlTool as tool } from '../../../../src/migration-tools/sql.ts';
import { migrateApply } from '../../../../src/stages/migrate.ts';
import { databaseWorld } from '../../databases/world.ts';

const [, , url = '', directory = '', engine = 'postgres'] = process.argv;
const dialect = engine === 'mariadb' ? mariadbDialect : postgresDialect;
const { ports } = await databaseWorld();
const set = await tool.list(
  { tree: dirname(directory), directory: basename(directory), commit: '' },
  dialect,
  ports.files,
);
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
