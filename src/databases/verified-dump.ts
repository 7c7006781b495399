import { compareRestored } from '../domain/migration/fidelity/compare-restored.ts';
import { structureOf } from '../domain/migration/evidence.ts';
import type { Snapshot } from '../domain/migration/fidelity/snapshot.ts';
import { EnvironmentError } from '../errors.ts';
import type { Argv } from '../ports.ts';
import type { VerifiedBackup } from './backup.ts';
import type { DatabasePorts } from './database.ts';

/** How one engine dumps a database and brings a dump back. */
export interface Dumping {
  /** Of the file in the folder of the backup. */
  readonly fileName: string;
  /** The source as it is now. */
  readonly look: () => Promise<Snapshot>;
  readonly dump: (path: string) => Promise<void>;
  /** What a server that is thrown away holds once the dump was loaded into it. */
  readonly restored: (path: string) => Promise<Snapshot>;
}

const dumpTimeoutMs = 6 * 3_600_000;

/**
 * Dump a database into a new folder, load the dump aside and compare; a dump that does not hold everything does not
 * stay. Owners and rights belong to the server that it goes back to, and are not compared.
 *
 * Throws EnvironmentError `BACKUP_NOT_VERIFIED`, and what the steps throw.
 */
export async function verifiedDump(to: string, dumping: Dumping, ports: DatabasePorts): Promise<VerifiedBackup> {
  const { clock, files } = ports;
  const begin = clock.monotonicMs();
  const takenAt = clock.now().toISOString();
  const path = `${to}/${dumping.fileName}`;
  const structure = (snapshot: Snapshot): Snapshot => ({ ...snapshot, schema: structureOf(snapshot.schema) });
  try {
    await files.makeDirectory(to, 0o700);
    const before = structure(await dumping.look());
    await dumping.dump(path);
    const after = structure(await dumping.look());
    const dumped = clock.monotonicMs();
    const { differences, notCompared } = compareRestored(before, after, structure(await dumping.restored(path)));
    const [first] = differences;
    if (first !== undefined) {
      throw new EnvironmentError(
        'BACKUP_NOT_VERIFIED',
        `the dump does not hold what the database holds: ${first.text}`,
        { hint: 'see that the user may read everything in it; nothing was changed', facts: { differences } },
      );
    }
    return {
      path,
      takenAt,
      bytes: (await files.stat(path))?.size ?? 0,
      tables: after.contents.length,
      rows: after.contents.reduce((sum, { rows }) => sum + rows, 0),
      backupMs: dumped - begin,
      restoreMs: clock.monotonicMs() - dumped,
      notCompared,
    };
  } catch (error) {
    await files.remove(to);
    throw error;
  }
}

/** Run a program of the engine's; secrets go by the environment, since everybody may read its arguments. */
export async function runDumpTool(
  argv: Argv,
  env: Readonly<Record<string, string>>,
  { exec }: Pick<DatabasePorts, 'exec'>,
): Promise<void> {
  const result = await exec.run({ argv, env, timeoutMs: dumpTimeoutMs });
  if (result.exitCode === 0) return;
  const words = result.stderr.trim().split('\n').slice(-5).join('\n');
  const isFull = /No space left on device|ENOSPC|(errno|Errcode):? 28\b/i.test(words);
  throw new EnvironmentError(isFull ? 'DISK_FULL' : 'BACKUP_FAILED', `${argv[0]} failed:\n${words}`, {
    hint: isFull ? 'make room where backups lie; nothing was changed' : 'nothing was changed',
  });
}
