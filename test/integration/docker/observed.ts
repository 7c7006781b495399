import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TestEngine } from './engine.ts';

const looks = 2_400;
const lookMs = 50;

/** Resolves when the agent in its container watches a canary at half of the traffic, as its own journal says. */
export async function observed({ directory }: TestEngine): Promise<void> {
  const journal = join(directory, 'data/volumes/fairway-agent/_data/apps/tiny/local/journal.jsonl');
  for (let look = 0; look < looks; look += 1) {
    const text = await readFile(journal, 'utf8').catch(() => '');
    if (/"type":"observe"[^}]*"weightPercent":50\b/.test(text)) return;
    await delay(lookMs);
  }
  throw new Error(`no canary was watched: ${journal}`);
}
