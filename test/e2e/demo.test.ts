import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { endLeftovers } from '../../scripts/demo/leftovers.ts';

const demo = join(import.meta.dirname, '../../scripts/demo.ts');

/** Start the demo, press Ctrl-C so often once the second scene's traffic moves, and wait for its end. */
async function interruptedDemo(presses: number): Promise<{ readonly exitCode: number | null; readonly shown: string }> {
  const child = spawn(process.execPath, [demo], { stdio: ['ignore', 'pipe', 'inherit'] });
  let shown = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const moving = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (/Scene 2[^]*\b5 %/.test(shown)) resolve();
    });
    child.once('close', () => reject(new Error(`the demo ended too early:\n${shown}`)));
  });
  await moving;
  for (let press = 0; press < presses; press += 1) {
    child.kill('SIGINT');
    await sleep(150);
  }
  return { exitCode: await ended, shown };
}

test.each([1, 2])('Ctrl-C pressed %i times in the middle of a rollout leaves nothing behind', async (presses) => {
  const { exitCode, shown } = await interruptedDemo(presses);

  const shop = /(\/\S*fairway-demo-[^/]+\/the shop)/.exec(shown)?.[1];
  if (shop === undefined) throw new Error(`the demo did not say where it works:\n${shown}`);
  const directory = dirname(shop);
  expect(endLeftovers(directory)).toEqual([]);
  expect(existsSync(directory)).toBe(false);
  expect(shown).not.toContain('left process');
  expect(exitCode).toBe(130);
});
