import { headsOf, inOrder, readRevision, type Revision, withAncestors } from '../domain/migration/alembic.ts';
import { checksumOf } from '../domain/migration/checksum.ts';
import { compareMigrations } from '../domain/migration/compare.ts';
import type { AppliedMigration, Migration, MigrationProblem, MigrationSet } from '../domain/migration/migration.ts';
import type { Script } from '../domain/migration/script.ts';
import { ConfigError } from '../errors.ts';
import type { Files } from '../ports.ts';
import { findIni } from './alembic/find-ini.ts';
import { runAlembic } from './alembic/run-alembic.ts';
import { versionsIn } from './alembic/versions.ts';
import { ledgerOf, type ProgramEnd, recorded, undone } from './program/ledger.ts';
import { prepareTree } from './program/prepare.ts';
import { engineOf } from './sql/engine.ts';
import type { MigrationSession, MigrationTool, ToolPorts, ToolSettings } from './tool.ts';

/**
 * Alembic: its own table says what a database has, its own program brings it further, revision by revision.
 *
 * Our table is kept beside it: it knows who applied what and when, and whether a file was changed since.
 */
export function alembicTool(settings: ToolSettings, ports: ToolPorts): MigrationTool {
  const run = async (argv: readonly string[], script: Script, session: MigrationSession): Promise<ProgramEnd> => {
    await prepareTree(session.tree ?? '', settings, ports);
    return await runAlembic(argv, script, session, settings, ports);
  };

  return {
    type: 'alembic',
    list: async ({ tree, directory }, _dialect, files) => await listRevisions(tree, directory, files),

    async applied(view, set) {
      const rows = await ledgerOf(view);
      const revisions = revisionsOf(set.migrations);
      const versions = await versionsIn(view.connection);
      const has = withAncestors(versions, revisions);
      const known = set.migrations.flatMap((migration): readonly AppliedMigration[] => {
        const row = rows.find(({ version }) => version === migration.version);
        if (!has.has(migration.version)) return row === undefined || row.unfinished === null ? [] : [row];
        if (row?.unfinished === null) return [row];
        const { version, name, checksum } = migration;
        return [{ version, name, checksum, appliedAt: row?.appliedAt ?? '', durationMs: 0, unfinished: null }];
      });
      const unknown = versions
        .filter((version) => set.migrations.every((migration) => migration.version !== version))
        .map((version): AppliedMigration => {
          const row = rows.find((one) => one.version === version);
          return row ?? { version, name: '', checksum: '', appliedAt: '', durationMs: 0, unfinished: null };
        });
      return [...known, ...unknown];
    },

    compare: (set, applied) => compareMigrations(set, applied, { isOrdered: false }),

    targets(pending) {
      const heads = new Set(headsOf(revisionsOf(pending.map(({ migration }) => migration))).map(({ id }) => id));
      return pending.filter(({ migration }) => heads.has(migration.version));
    },

    async prepare(session) {
      await (await engineOf(session.dialect).openJournal(session)).create();
    },

    async apply(migration, _begun, session, set) {
      const before = await ledgerOf(session);
      const lacks = withAncestors([migration.version], revisionsOf(set.migrations));
      const earlier = set.migrations.filter(
        ({ version }) =>
          version !== migration.version && lacks.has(version) && !before.some((row) => row.version === version),
      );
      return await recorded(
        migration,
        earlier,
        session,
        async () => await run(['upgrade', migration.version], migration.up, session),
      );
    },

    async revert(migration, session) {
      const [parent] = readRevision(migration.up.path, migration.up.text)?.parents ?? [];
      const argv = ['downgrade', parent ?? 'base'];
      return await undone(migration, session, async () => await run(argv, migration.up, session));
    },
  };
}

function revisionsOf(migrations: readonly Migration[]): readonly Revision[] {
  return migrations.flatMap(({ up }) => readRevision(up.path, up.text) ?? []);
}

async function listRevisions(tree: string, directory: string, files: Files): Promise<MigrationSet> {
  const found = await findIni(tree, directory, files);
  if (found === null) {
    const where = directory === '.' ? 'alembic.ini' : `${directory}/alembic.ini or alembic.ini`;
    throw new ConfigError('MIGRATIONS_MISSING', `there is no ${where} in the tree`, {
      problems: [{ path: 'migrations.directory', message: `there is no ${where}` }],
      hint: 'set migrations.directory to the folder of alembic.ini',
    });
  }
  const revisions: Revision[] = [];
  for (const folder of found.versions) {
    if (!(await files.exists(`${tree}/${folder}`))) continue;
    for (const name of (await files.list(`${tree}/${folder}`)).toSorted()) {
      if (!name.endsWith('.py')) continue;
      const path = `${folder}/${name}`;
      const revision = readRevision(path, await files.readText(`${tree}/${path}`));
      if (revision !== null) revisions.push(revision);
    }
  }
  const ordered = inOrder(revisions);
  const migrations = await Promise.all((ordered ?? []).map(async (revision) => await migrationOf(revision)));
  return { migrations, problems: problemsOf(revisions, ordered === null), tree };
}

async function migrationOf({ path, text, id, name, hasDown }: Revision): Promise<Migration> {
  const script: Script = { path, text, firstLine: 1, noTransaction: false, isProgram: true };
  return { version: id, name, checksum: await checksumOf(text), up: script, down: hasDown ? script : null };
}

function problemsOf(revisions: readonly Revision[], isCircular: boolean): readonly MigrationProblem[] {
  const known = new Set(revisions.map(({ id }) => id));
  const problems: MigrationProblem[] = [];
  const error = (code: MigrationProblem['code'], { path }: Revision, message: string, hint: string): void => {
    problems.push({ severity: 'error', code, path, message, hint });
  };
  for (const [i, one] of revisions.entries()) {
    const twin = revisions.slice(0, i).find(({ id }) => id === one.id);
    if (twin !== undefined) {
      const message = `${one.path} and ${twin.path} have the same revision, ${one.id}`;
      error('MIGRATION_DUPLICATE', one, message, 'give the newer one an identifier of its own');
    }
    for (const parent of [...one.parents, ...one.needs].filter((id) => !known.has(id))) {
      const message = `${one.path} builds on ${parent}, which no file has`;
      error('MIGRATION_PARENT', one, message, 'bring the file back, or correct down_revision');
    }
  }
  const heads = headsOf(revisions);
  const [first] = heads;
  if (first !== undefined && heads.length > 1) {
    const named = heads.map(({ id, path }) => `${id} (${path})`).join(', ');
    const merge = `alembic merge -m "merge heads" ${heads.map(({ id }) => id).join(' ')}`;
    error(
      'MIGRATION_HEADS',
      first,
      `there are ${heads.length} heads, and there must be one: ${named}`,
      `join them: ${merge}`,
    );
  }
  const [any] = revisions;
  if (isCircular && any !== undefined) {
    error('MIGRATION_PARENT', any, 'the revisions go in a circle', 'correct down_revision');
  }
  return problems;
}
