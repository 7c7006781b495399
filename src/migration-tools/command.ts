import { compareLatest, newestOf } from '../domain/migration/latest.ts';
import type { Migration, MigrationProblem } from '../domain/migration/migration.ts';
import type { Script } from '../domain/migration/script.ts';
import type { Argv } from '../ports.ts';
import { engineOf } from './sql/engine.ts';
import { contentChecksum } from './program/content.ts';
import { ledgerOf, type ProgramEnd, recorded, undone } from './program/ledger.ts';
import { prepareTree } from './program/prepare.ts';
import { failureOf, type ProgramSession, runProgram } from './program/run-program.ts';
import type { MigrationSession, MigrationTool, ToolPorts, ToolSettings } from './tool.ts';

/**
 * Any command that brings a database to the newest version.
 *
 * What it would do cannot be read, so a version is the content of the files that it works from, together with the
 * command itself: when they are what the database was last migrated with, nothing is pending. A `status` command,
 * where there is one, knows better and is asked.
 */
export function commandTool(settings: ToolSettings, ports: ToolPorts): MigrationTool {
  const { up, down, status } = settings;
  if (up === undefined) throw new Error('tool "command" without "up"');

  const isUpToDate = async (session: ProgramSession): Promise<boolean | null> => {
    if (status === undefined || session.tree === null) return null;
    await prepareTree(session.tree, settings, ports);
    const result = await runProgram(status, session, settings, ports, { isQuiet: true });
    return result.ended === 'exited' && result.exitCode === 0;
  };

  const run = async (argv: Argv, script: Script, session: MigrationSession): Promise<ProgramEnd> => {
    const startedMs = session.clock.monotonicMs();
    const result = await runProgram(argv, session, settings, ports);
    const failure = failureOf(script, argv, result, settings.commandTimeout);
    // Nobody knows what it did before it failed: its rows may be there, whatever the schema looks like.
    if (failure !== null) return { kind: 'failed', failure, stands: 'partial' };
    return { kind: 'done', durationMs: session.clock.monotonicMs() - startedMs };
  };

  return {
    type: 'command',

    async list({ tree, directory, commit }, _dialect, files) {
      const paths = settings.files ?? [directory];
      const content = await contentChecksum(tree, paths, files);
      const path = up.join(' ');
      if (content === null) return { migrations: [], problems: [absent(path, paths)], tree };
      const program = (argv: Argv): Script => ({
        path: argv.join(' '),
        text: `${argv.join('\0')}\0${content}`,
        firstLine: 1,
        noTransaction: true,
        isProgram: true,
      });
      const migration: Migration = {
        version: content.slice(0, 12),
        name: commit.slice(0, 12),
        checksum: content,
        up: program(up),
        down: down === undefined ? null : program(down),
      };
      return { migrations: [migration], problems: [], tree };
    },

    async applied(view, set) {
      const rows = await ledgerOf(view);
      const [migration] = set.migrations;
      if (migration === undefined) return rows;
      const current = await isUpToDate(view);
      const newest = newestOf(rows.filter(({ unfinished }) => unfinished === null));
      if (current === false) return rows.filter(({ version }) => version !== migration.version);
      if (current !== true || newest?.version === migration.version) return rows;
      const { version, name, checksum } = migration;
      const others = rows.filter((row) => row.version !== version);
      const appliedAt = ports.clock.now().toISOString();
      return [...others, { version, name, checksum, appliedAt, durationMs: 0, unfinished: null }];
    },

    compare: compareLatest,

    baseCommit: (applied) => newestOf(applied.filter(({ unfinished }) => unfinished === null))?.name ?? null,

    async prepare(session) {
      await (await engineOf(session.dialect).openJournal(session)).create();
    },

    async apply(migration, _begun, session) {
      await prepareTree(session.tree ?? '', settings, ports);
      const result = await recorded(migration, [], session, async () => {
        const end = await run(up, migration.up, session);
        if (end.kind === 'failed' || (await isUpToDate(session)) !== false) return end;
        return { kind: 'failed', failure: notDone(migration.up, up, status ?? up), stands: 'partial' };
      });
      if (result.kind === 'done') await forgetUnfinished(session);
      return result;
    },

    async revert(migration, session) {
      if (down === undefined) throw new Error(`${migration.up.path} has no down command`);
      await prepareTree(session.tree ?? '', settings, ports);
      return await undone(migration, session, async () => await run(down, migration.down ?? migration.up, session));
    },
  };
}

/** Earlier attempts with other files are over, now that one came through. */
async function forgetUnfinished(session: MigrationSession): Promise<void> {
  const journal = await engineOf(session.dialect).openJournal(session);
  for (const { version, unfinished } of await ledgerOf(session)) if (unfinished !== null) await journal.forget(version);
}

function absent(path: string, paths: readonly string[]): MigrationProblem {
  return {
    severity: 'error',
    code: 'MIGRATION_NAME',
    path,
    message: `${path}: ${paths.join(', ')} is not there, so nobody can tell whether something is pending`,
    hint: 'set migrations.files to the files and folders that the command works from',
  };
}

function notDone(script: Script, up: Argv, status: Argv): Extract<ProgramEnd, { kind: 'failed' }>['failure'] {
  return {
    kind: 'refused',
    place: { path: script.path, line: 1, column: 1 },
    statement: up.join(' '),
    sqlState: null,
    message: `it ended well, but "${status.join(' ')}" says that something is still pending`,
    detail: null,
    hint: 'see that both use the database of DATABASE_URL',
  };
}
