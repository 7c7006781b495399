import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: ['src/entries/*.ts', 'scripts/*.{ts,mjs}', 'bench/*.ts', 'test/**/*.test.ts'],
  project: ['src/**/*.ts', 'scripts/**/*.{ts,mjs}', 'bench/**/*.ts', 'test/**/*.ts'],
  ignore: ['test/fixtures/**', 'examples/**'],
};

export default config;
