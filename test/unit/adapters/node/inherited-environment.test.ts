import { expect, test } from 'vitest';
import { inheritedEnvironment } from '../../../../src/adapters/node/inherited-environment.ts';

test('what finds programs, home, language and network is inherited', () => {
  const env = {
    PATH: '/bin',
    HOME: '/home/ada',
    LC_ALL: 'C',
    https_proxy: 'http://proxy:3128',
    NO_PROXY: 'localhost',
    SSL_CERT_FILE: '/etc/ca.pem',
  };

  expect(inheritedEnvironment(env)).toEqual(env);
});

test('secrets, settings of our own runtime and what npm sets for its scripts are not', () => {
  const env = {
    GITHUB_TOKEN: 't',
    AWS_SECRET_ACCESS_KEY: 's',
    NODE_OPTIONS: '--inspect',
    npm_config_registry: 'x',
    PORT: '3000',
    EMPTY: undefined,
  };

  expect(inheritedEnvironment(env)).toEqual({});
});
