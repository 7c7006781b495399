import { defineConfig } from 'vitest/config';

const project = (name: string, pool: 'threads' | 'forks', testTimeout: number) => ({
  test: { name, pool, testTimeout, hookTimeout: testTimeout, include: [`test/${name}/**/*.test.ts`] },
});

export default defineConfig({
  test: {
    // Most of them wait for servers and clocks, not for a core.
    maxWorkers: 3,
    projects: [
      { test: { ...project('unit', 'threads', 10_000).test, include: ['test/unit/**/*.test.ts', 'test/*.test.ts'] } },
      project('integration', 'forks', 120_000),
      { test: { ...project('e2e', 'forks', 180_000).test, fileParallelism: false } },
    ],
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text-summary', 'lcov'] },
  },
});
