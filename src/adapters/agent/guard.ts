import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';

/** Held by one process at a time; the system gives it up when that process ends, however it ends. */
export interface Guard {
  release(): void;
}

const retryMs = 50;

/**
 * Take the guard of this file, or answer null when another process holds it for longer than `waitMs`, or holds it and
 * means to keep it (`isKept`).
 *
 * It is a locked SQLite file: the one lock of the operating system that Node offers without a native add-on.
 */
export async function takeGuard(path: string, waitMs: number, isKept: () => Promise<boolean>): Promise<Guard | null> {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const guard = tryGuard(path);
    if (guard !== null || performance.now() >= deadline || (await isKept())) return guard;
    await delay(retryMs);
  }
}

function tryGuard(path: string): Guard | null {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (isLocked(error)) return null;
    throw error;
  }
}

/** SQLITE_BUSY */
function isLocked(error: unknown): boolean {
  return (error as { errcode?: number }).errcode === 5;
}
