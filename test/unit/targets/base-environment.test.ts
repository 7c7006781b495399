import { expect, test } from 'vitest';
import { baseEnvironment } from '../../../src/targets/base-environment.ts';

test('a process starts from little: where it lives, its language, and PATH with our Node first', () => {
  const host = { PATH: '/usr/bin:/bin', HOME: '/home/ada', LANG: 'de_DE.UTF-8', AWS_SECRET_ACCESS_KEY: 'x', CI: '1' };

  expect(baseEnvironment(host, '/opt/node/bin')).toEqual({
    PATH: '/opt/node/bin:/usr/bin:/bin',
    HOME: '/home/ada',
    LANG: 'de_DE.UTF-8',
  });
});

test('without an environment there are still programs and UTF-8', () => {
  expect(baseEnvironment({}, '/opt/node/bin')).toEqual({
    PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
  });
});
