import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { needs } from '../requirements.ts';

const root = join(import.meta.dirname, '../..');
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairway bundles '));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function copyOfTheCheckout(): string {
  const copy = join(folder, 'another place');
  mkdirSync(copy);
  for (const part of ['src', 'scripts', 'pipelines', 'package.json', 'tsconfig.json']) {
    cpSync(join(root, part), join(copy, part), { recursive: true });
  }
  // Hard links, where both lie on one file system: half a gigabyte in a second.
  const from = join(root, 'node_modules');
  try {
    execFileSync('cp', ['-al', from, copy], { stdio: 'ignore' });
  } catch {
    execFileSync('cp', ['-a', from, copy]);
  }
  return copy;
}

function buildOn(node: string, checkout: string, name: string): ReadonlyMap<string, string> {
  const script = pathToFileURL(join(checkout, 'scripts/build.ts')).href;
  const into = join(folder, name);
  const program = `const { build } = await import(${JSON.stringify(script)}); await build(${JSON.stringify(into)});`;
  execFileSync(node, ['--input-type=module', '-e', program], {
    env: { ...process.env, PATH: `${process.env['PATH']}:/opt/fairway-ci/bin` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return new Map(
    readdirSync(into)
      .toSorted()
      .map((file) => [file, readFileSync(join(into, file), 'latin1')]),
  );
}

describe('dist', () => {
  needs('node22')('is the same, byte for byte, built on Node 22 and 24, and on another path', () => {
    const here = buildOn(process.execPath, root, 'dist-here');
    const there = buildOn('node22', copyOfTheCheckout(), 'dist-there');
    expect([...there.keys()]).toEqual([...here.keys()]);
    expect([...here].filter(([file, content]) => there.get(file) !== content).map(([file]) => file)).toEqual([]);
    expect(here.size).toBeGreaterThan(50);
  });
});
