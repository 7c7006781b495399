import { compareMigrations } from '../domain/migration/compare.ts';
import { collectMigrations } from '../domain/migration/collect.ts';
import type { MigrationFile } from '../domain/migration/migration.ts';
import { ConfigError } from '../errors.ts';
import { scriptTool } from './script-tool.ts';
import { engineOf } from './sql/engine.ts';
import type { MigrationTool } from './tool.ts';

/** A folder of numbered `.sql` files, and one table of the versions that a database has. */
export const sqlTool: MigrationTool = {
  type: 'sql',

  async list({ tree, directory: shownAs }, dialect, files) {
    const directory = `${tree}/${shownAs}`;
    const stat = await files.stat(directory);
    if (stat === null) {
      throw new ConfigError('MIGRATIONS_MISSING', `the folder of migrations, ${shownAs}, is not there`, {
        problems: [{ path: 'migrations.directory', message: `${shownAs} is not there` }],
        hint: 'make it, or set migrations.directory',
      });
    }
    const names = (await files.list(directory)).filter((name) => name.toLowerCase().endsWith('.sql'));
    const read = names.map(async (name): Promise<MigrationFile> => ({
      path: `${shownAs}/${name}`,
      text: await files.readText(`${directory}/${name}`),
    }));
    return await collectMigrations(await Promise.all(read), dialect);
  },

  compare: compareMigrations,

  ...scriptTool({
    open: async (session) => await engineOf(session.dialect).openJournal(session),
    read: async (view) => await engineOf(view.dialect).readApplied(view),
  }),
};
