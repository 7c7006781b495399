import { homedir } from 'node:os';
import { expect, test } from 'vitest';
import { cacheDirectory, stateDirectory } from '../../../../src/adapters/node/paths.ts';

test('state and cache lie below the home when nothing else is said', () => {
  expect(stateDirectory({ HOME: '/home/ada' })).toBe('/home/ada/.local/state/fairway');
  expect(cacheDirectory({ HOME: '/home/ada' })).toBe('/home/ada/.cache/fairway');
});

test('the XDG folders are followed when they are absolute', () => {
  const env = { HOME: '/home/ada', XDG_STATE_HOME: '/var/state', XDG_CACHE_HOME: 'relative' };

  expect(stateDirectory(env)).toBe('/var/state/fairway');
  expect(cacheDirectory(env)).toBe('/home/ada/.cache/fairway');
});

test('our own variables come first and are taken as they are', () => {
  const env = {
    HOME: '/home/ada',
    FAIRWAY_STATE_DIR: '/tmp/my state',
    FAIRWAY_CACHE_DIR: '/tmp/c',
    XDG_STATE_HOME: '/x',
  };

  expect(stateDirectory(env)).toBe('/tmp/my state');
  expect(cacheDirectory(env)).toBe('/tmp/c');
});

test('an empty variable is as good as none', () => {
  expect(stateDirectory({ HOME: '/home/ada', FAIRWAY_STATE_DIR: '', XDG_STATE_HOME: '' })).toBe(
    '/home/ada/.local/state/fairway',
  );
});

test('without HOME the home of the user is asked for', () => {
  expect(stateDirectory({})).toBe(`${homedir()}/.local/state/fairway`);
});
