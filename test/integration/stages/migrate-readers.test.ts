import { afterAll, beforeAll, expect, test } from 'vitest';
import { readWhileWaiting } from './migrate-readers.ts';
import { type MigrateWorld, migrateWorld } from './migrate-world.ts';

let here: MigrateWorld;

beforeAll(async () => {
  here = await migrateWorld();
});

afterAll(async () => {
  await here.end();
});

test('an idle reader in the way of a migration does not keep other readers out', async () => {
  const seen = await readWhileWaiting(here, await here.database(), {
    lockTimeoutMs: 200,
    attempts: 4,
    patienceMs: 5_000,
  });
  expect(seen).toMatchObject({ kind: 'failed', attempts: 4, refused: [] });
  expect(seen.delaysMs.length).toBeGreaterThan(seen.attempts * 4);
});
