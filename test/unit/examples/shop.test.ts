import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const shop = join(root, 'examples/shop');

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>>;
}

const lockFile = (directory: string): LockFile =>
  JSON.parse(readFileSync(join(directory, 'package-lock.json'), 'utf8')) as LockFile;

test('the shop installs without a network once Fairway is installed: its packages are among ours', () => {
  const ours = new Set(Object.values(lockFile(root).packages).map(({ integrity }) => integrity));
  const { '': itself, ...needed } = lockFile(shop).packages;

  expect(itself).toBeDefined();
  expect(Object.keys(needed)).toContain('node_modules/pg');
  const missing = Object.entries(needed).filter(([, { integrity }]) => !ours.has(integrity));
  expect(missing).toEqual([]);
});

test('the shop names no registry', () => {
  expect(readFileSync(join(shop, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved"|https?:/);
});

test('nothing in the shop points back to where it was copied from', () => {
  const files = readdirSync(shop, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/node_modules|public/.test(file));

  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const upwards = [...readFileSync(file, 'utf8').matchAll(/['"(](\.\.\/)+[^'")]*/g)].map(([path]) => path.slice(1));
    const outside = upwards.filter((path) => !join(file, '..', path).startsWith(shop));
    expect({ file, outside }).toEqual({ file, outside: [] });
  }
});

test('every migration of the shop has its way back', () => {
  const names = readdirSync(join(shop, 'migrations'));
  const up = names.filter((name) => !name.endsWith('.down.sql'));

  expect(up.length).toBeGreaterThan(0);
  for (const name of up) expect(names).toContain(name.replace(/\.sql$/, '.down.sql'));
});
