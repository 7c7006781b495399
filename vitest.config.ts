import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const project = (name: string, pool: 'threads' | 'forks', testTimeout: number) => ({
  test: { name, pool, testTimeout, hookTimeout: testTimeout, include: [`test/${name}/**/*.test.ts`] },
});

/**
 * Real servers on a machine that others use may fail once. In CI they have a second try, and whoever needed it is
 * named at the end.
 */
const retry = process.env['CI'] === undefined ? 0 : 1;

export default defineConfig({
  test: {
    // Most of them wait for servers and clocks, not for a core.
    maxWorkers: 3,
    projects: [
      { test: { ...project('unit', 'threads', 10_000).test, include: ['test/unit/**/*.test.ts', 'test/*.test.ts'] } },
      // The module's decisions from their source: that its copy of them is no other is a test of its own.
      {
        ...project('pipelines', 'forks', 60_000),
        resolve: {
          alias: [
            { find: '../toolkit/index.js', replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
          ],
        },
      },
      { test: { ...project('integration', 'forks', 120_000).test, retry } },
      { test: { ...project('e2e', 'forks', 180_000).test, fileParallelism: false, retry } },
    ],
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'lcov'] },
  },
});
