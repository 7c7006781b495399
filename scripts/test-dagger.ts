import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { startVitest } from 'vitest/node';
import { daggerPipeline, engineEnvironment } from '../src/adapters/dagger/client.ts';
import { type Tally, tallyOf, verdictOn } from './test/tally.ts';

/**
 * What `npm run test:dagger` runs: every pipeline and every function of the module, on a real Dagger engine.
 *
 * The engine is the one that _EXPERIMENTAL_DAGGER_RUNNER_HOST (with _EXPERIMENTAL_DAGGER_CLI_BIN) or
 * DAGGER_SESSION_PORT names. Images come from FAIRWAY_TEST_BASE_IMAGE (Node 24, git and a shell) and
 * FAIRWAY_TEST_POSTGRES_IMAGE (started as the official one is), each an OCI archive or a reference; without them from
 * where the module has them by default. Nothing else is fetched. Arguments select tests by their titles.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const deadlineMs = 60_000;

/** Nothing that did not run is green. */
function endWithNothing(why: string): never {
  process.stderr.write(
    `nothing was run: ${why}\nSet _EXPERIMENTAL_DAGGER_RUNNER_HOST and _EXPERIMENTAL_DAGGER_CLI_BIN, or DAGGER_SESSION_PORT and DAGGER_SESSION_TOKEN.\n`,
  );
  process.exit(6);
}

const isNamed = ['_EXPERIMENTAL_DAGGER_RUNNER_HOST', 'DAGGER_SESSION_PORT'].some((name) => process.env[name]);
if (!isNamed) endWithNothing('no Dagger engine is named');
try {
  engineEnvironment(process.env);
  const program = [process.execPath, fileURLToPath(new URL('../src/entries/dagger.ts', import.meta.url))] as const;
  const timing = { connectTimeoutMs: deadlineMs, timeoutMs: deadlineMs };
  const end = await daggerPipeline({ pipeline: 'probe' }, { env: process.env, program, ...timing });
  if (end.kind !== 'done') endWithNothing('the Dagger engine did not answer its first question');
  process.stdout.write(`engine: dagger ${end.engineVersion}\n`);
} catch (error) {
  endWithNothing(error instanceof Error ? error.message : String(error));
}

let tally: Tally = { passed: 0, failed: 0, atSecondTry: [], skipped: [], ranIn: new Set(), broken: [] };
const vitest = await startVitest('test', [], {
  config: false,
  root,
  name: 'dagger',
  include: ['test/dagger/**/*.test.ts'],
  pool: 'forks',
  fileParallelism: false,
  testTimeout: 900_000,
  hookTimeout: 900_000,
  watch: false,
  ...(process.argv[2] === undefined ? {} : { testNamePattern: process.argv[2] }),
  reporters: ['verbose', { onTestRunEnd: (modules, errors) => void (tally = tallyOf(modules, errors)) }],
});
await vitest.close();
const { lines, exitCode } = verdictOn(tally, { projects: [], mustBeComplete: false });
process.stdout.write(`${lines.join('\n')}\n`);
process.exit(tally.passed === 0 ? Math.max(exitCode, 1) : exitCode);
