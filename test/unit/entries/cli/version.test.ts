import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { ownVersion } from '../../../../src/entries/cli/version.ts';

test('the version is that of the package around the code, bundled or not', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(ownVersion()).toBe(manifest.version);
});

test('the package of somebody else on the way is not ours', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairway-version-'));
  try {
    mkdirSync(join(folder, 'a/b'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "name": "fairway-cd", "version": "3.2.1" }');
    writeFileSync(join(folder, 'a/package.json'), '{ "name": "other", "version": "9.9.9" }');
    expect(ownVersion(pathToFileURL(join(folder, 'a/b/cli.js')).href)).toBe('3.2.1');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('code that was copied away from its package has no version of its own', () => {
  expect(ownVersion('file:///nowhere/at/all/cli.js')).toBe('0.0.0');
});
