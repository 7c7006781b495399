import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { commandLine } from './demo/fairway.ts';
import { type SceneResult, scenes } from './demo/scenes.ts';
import { summaryTable } from './demo/summary-table.ts';
import { type Theatre, openTheatre } from './demo/theatre.ts';

/** The main job, four times, with the real command on a scratch repository: `npm run demo`. */

const color = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const paint = (code: number, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
const say = (text = ''): boolean => process.stdout.write(`${text}\n`);

let interrupted = false;
let theatre = null as Theatre | null;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (!interrupted) say(paint(33, '\nInterrupted: cleaning up, a moment ...'));
    interrupted = true;
    // The command decides what one and what two of them mean.
    theatre?.fairway.signal('SIGINT');
  });
}

async function play(): Promise<number> {
  if (!existsSync(commandLine)) {
    const { build } = await import('./build.ts');
    await build(dirname(commandLine));
  }
  say('Fairway ships a scratch copy of examples/shop, four times, while users are on it.');
  theatre = await openTheatre({ holdMs: 1_500, requestsPerSecond: 200, color });
  say(paint(2, `${theatre.url}   ${theatre.shop.directory}`));
  const results: SceneResult[] = [];
  let broken = 0;
  for (const [index, scene] of scenes.entries()) {
    if (interrupted) return 130;
    say(`\n${paint(1, `Scene ${index + 1} of ${scenes.length}: ${scene.title}`)}\n${paint(2, '  $ fairway ship')}`);
    const result = await theatre.play(scene, (line) => say(`  ${paint(2, '|')} ${line}`));
    if (interrupted) return 130;
    results.push(result);
    for (const { text, holds, saw } of scene.claims(result)) {
      if (!holds) broken += 1;
      say(holds ? `  ${paint(32, 'yes')} ${text}` : `  ${paint(31, 'NO ')} ${text}; what was seen: ${saw}`);
    }
  }
  say(`\n${summaryTable(scenes, results)}`);
  if (broken > 0) say(paint(31, `${broken} of the demo's claims did not come true.`));
  return broken > 0 ? 1 : 0;
}

const started = performance.now();
let exitCode = 1;
try {
  exitCode = await play();
} catch (error) {
  say(paint(31, error instanceof Error ? (error.stack ?? error.message) : String(error)));
} finally {
  const left = (await theatre?.close()) ?? [];
  for (const { pid, command } of left)
    say(paint(31, `fairway down left process ${pid} running, ended now: ${command}`));
  if (left.length > 0 && exitCode === 0) exitCode = 1;
}
say(`\nCleaned up. The demo took ${((performance.now() - started) / 1_000).toFixed(1)} s.`);
process.exit(exitCode);
