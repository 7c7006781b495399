import { collectMigrations } from '../domain/migration/collect.ts';
import { compareMigrations } from '../domain/migration/compare.ts';
import type { Dialect } from '../domain/migration/dialect.ts';
import type { MigrationFile, MigrationProblem } from '../domain/migration/migration.ts';
import { ConfigError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { openPrismaJournal, readPrismaJournal } from './prisma/journal.ts';
import { scriptTool } from './script-tool.ts';
import type { MigrationTool } from './tool.ts';

const usual = 'prisma/migrations';

/**
 * Prisma's folders, `TIMESTAMP_name/migration.sql`, run as files of SQL are, with an optional `down.sql` beside them;
 * what a database has stands in Prisma's own table, so that Prisma and Fairway can take turns.
 */
export const prismaTool: MigrationTool = {
  type: 'prisma',

  async list({ tree, directory: wanted }, dialect, files) {
    const directory = await folderIn(tree, wanted, files);
    const found: MigrationFile[] = [];
    for (const folder of (await files.list(`${tree}/${directory}`)).toSorted()) {
      for (const [file, ending] of [
        ['migration.sql', '.sql'],
        ['down.sql', '.down.sql'],
      ] as const) {
        const path = `${directory}/${folder}/${file}`;
        if (!(await files.exists(`${tree}/${path}`))) continue;
        found.push({ path, named: `${folder}${ending}`, text: await files.readText(`${tree}/${path}`) });
      }
    }
    const set = await collectMigrations(found, dialect);
    return { ...set, problems: [...set.problems, ...(await lockProblems(tree, directory, dialect, files))], tree };
  },

  compare: compareMigrations,

  ...scriptTool({ table: '_prisma_migrations', open: openPrismaJournal, read: readPrismaJournal }),
};

async function folderIn(tree: string, wanted: string, files: Files): Promise<string> {
  const candidates = [wanted, `${wanted}/migrations`, usual];
  for (const directory of candidates) {
    if (await files.exists(`${tree}/${directory}/migration_lock.toml`)) return directory;
  }
  throw new ConfigError('MIGRATIONS_MISSING', `there is no migration_lock.toml in ${wanted} or ${usual}`, {
    problems: [{ path: 'migrations.directory', message: `${wanted} holds no migrations of Prisma` }],
    hint: 'set migrations.directory to the folder that "prisma migrate" writes',
  });
}

/** The engine for which Prisma wrote the SQL. */
async function lockProblems(
  tree: string,
  directory: string,
  { engine }: Dialect,
  files: Files,
): Promise<readonly MigrationProblem[]> {
  const path = `${directory}/migration_lock.toml`;
  const provider = /^provider\s*=\s*"([^"]*)"/m.exec(await files.readText(`${tree}/${path}`))?.[1] ?? 'unknown';
  const wanted = engine === 'postgres' ? 'postgresql' : 'mysql';
  if (provider === wanted) return [];
  return [
    {
      severity: 'error',
      code: 'MIGRATION_UNREADABLE',
      path,
      message: `${path} says provider "${provider}", and the database is ${engine}`,
      hint: `the migrations must be written for ${wanted}`,
    },
  ];
}
