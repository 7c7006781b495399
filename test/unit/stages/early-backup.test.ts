import { expect, test } from 'vitest';
import type { VerifiedBackup } from '../../../src/databases/backup.ts';
import type { EnvironmentDatabase } from '../../../src/databases/database.ts';
import type { BackupInput } from '../../../src/stages/backup-first.ts';
import { earlyBackup } from '../../../src/stages/early-backup.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeFiles } from '../../fakes/files.ts';

const folder = '/state/backups/shop-local/run-1-early';

function scene(settings: Partial<BackupInput['settings']> = {}, fails = false) {
  const files = fakeFiles();
  const clock = fakeClock();
  const backup = async (to: string): Promise<VerifiedBackup> => {
    await files.writeAtomic(`${to}/data`, 'rows', 0o600);
    if (fails) throw new Error('no room');
    const numbers = { bytes: 4, tables: 1, rows: 1, backupMs: 1, restoreMs: 1 };
    return { path: to, takenAt: '2026-01-14T09:30:00.000Z', ...numbers, notCompared: [] };
  };
  const environment: EnvironmentDatabase = {
    ensure: async () => ({ url: 'postgres://db' }),
    find: async () => null,
    wake: async () => null,
    stop: async () => undefined,
    backup,
  };
  const early = earlyBackup({ files, clock });
  early.begin({
    environment,
    context: { app: 'shop', environment: 'local', stateDirectory: '/state', cacheDirectory: '/cache' },
    settings: { backup: 'verified', keepBackups: 3, ...settings } as BackupInput['settings'],
    url: 'postgres://db',
    variable: 'DATABASE_URL',
    runId: 'run-1',
    signal: new AbortController().signal,
  });
  return { early, files, clock };
}

test('a backup that was made during the rehearsal is taken while it is young, and stays', async () => {
  const { early, files } = scene();

  expect(await early.take()).toMatchObject({ path: folder });
  await early.drop();
  expect(await files.exists(`${folder}/data`)).toBe(true);
});

test('half a minute later it is too old, and goes', async () => {
  const { early, files, clock } = scene();
  await clock.advance(30_001);

  expect(await early.take()).toBeNull();
  await early.drop();
  expect(await files.exists(`${folder}/data`)).toBe(false);
});

test('when the rehearsal refuses, nothing of it stays', async () => {
  const { early, files } = scene();
  await early.drop();

  expect(await files.exists(`${folder}/data`)).toBe(false);
});

test('one that failed is made again by whoever needs it', async () => {
  const { early } = scene({}, true);

  expect(await early.take()).toBeNull();
});

test('nothing is begun for who goes without, or has a command of his own', async () => {
  for (const backup of ['none', { command: ['pg_dump'] as [string, ...string[]] }] as const) {
    const { early, files } = scene({ backup });

    expect(await early.take()).toBeNull();
    expect(await files.exists(`${folder}/data`)).toBe(false);
  }
});
