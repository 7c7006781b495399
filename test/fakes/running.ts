import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether a pid runs now; the dead that nobody has collected yet do not. */
export function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

/** Look again and again until it is so; fails after 20 s. */
export async function eventually<T>(look: () => Promise<T | null> | T | null): Promise<T> {
  for (let attempt = 0; attempt < 1_000; attempt += 1) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    await delay(20);
  }
  throw new Error('it did not become so within 20 s');
}

/** The pid that a program under test writes to a file as soon as it runs. */
export async function pidIn(file: string): Promise<number> {
  return await eventually(async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    return text.endsWith('\n') ? Number(text) : null;
  });
}
