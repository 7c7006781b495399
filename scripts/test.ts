import process from 'node:process';
import { parseCLI, startVitest } from 'vitest/node';
import { type Tally, tallyOf, verdictOn } from './test/tally.ts';

/**
 * What `npm test` runs: every project of vitest.config.ts, or what the arguments select (as for vitest).
 *
 * The last line is `N passed, N failed`, with `, N skipped` when something was left out; before it stands what
 * and why. FAIRWAY_TEST_COMPLETE=1 makes everything that is left out a failure.
 */
const { filter, options } = parseCLI(['vitest', 'run', ...process.argv.slice(2)]);
const isWhole = process.argv.length === 2;
let tally: Tally = { passed: 0, failed: 0, atSecondTry: [], skipped: [], ranIn: new Set(), broken: [] };

const vitest = await startVitest('test', filter, {
  ...options,
  watch: false,
  reporters: ['default', { onTestRunEnd: (modules, errors) => void (tally = tallyOf(modules, errors)) }],
});
const projects = vitest.projects.map((project) => project.name);
await vitest.close();

const { lines, exitCode } = verdictOn(tally, {
  projects: isWhole ? projects : [],
  mustBeComplete: process.env['FAIRWAY_TEST_COMPLETE'] === '1',
});
process.stdout.write(`${lines.join('\n')}\n`);
process.exit(exitCode);
