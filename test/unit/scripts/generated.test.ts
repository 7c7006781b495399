import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, buildToolkit } from '../../../scripts/build.ts';
import { generatedFiles, staleFiles } from '../../../scripts/generate.ts';

const root = join(import.meta.dirname, '../../..');

test('every generated file is what its source says now (else: npm run generate)', async () => {
  expect([...generatedFiles().keys()]).toContain('fairway.schema.json');
  expect(await staleFiles()).toEqual([]);
});

describe('dist', () => {
  let fresh = '';
  beforeAll(async () => {
    fresh = mkdtempSync(join(tmpdir(), 'fairway-dist-'));
    await build(join(fresh, 'dist'));
  });
  afterAll(() => rmSync(fresh, { recursive: true, force: true }));

  const filesOf = (directory: string): ReadonlyMap<string, string> =>
    new Map(
      readdirSync(directory)
        .toSorted()
        .map((name) => [name, readFileSync(join(directory, name), 'latin1')]),
    );

  test('is what the sources give, byte for byte (else: npm run build)', () => {
    const [committed, now] = [filesOf(join(root, 'dist')), filesOf(join(fresh, 'dist'))];
    expect([...committed.keys()]).toEqual([...now.keys()]);
    expect([...now].filter(([name, content]) => committed.get(name) !== content).map(([name]) => name)).toEqual([]);
  });

  test('has a bundle for every entry, the command line ready to run', () => {
    const files = filesOf(join(fresh, 'dist'));
    const entries = readdirSync(join(root, 'src/entries')).filter((name) => name.endsWith('.ts'));
    expect([...files.keys()]).toEqual(expect.arrayContaining(entries.map((name) => name.replace('.ts', '.js'))));
    expect(files.get('cli.js')).toMatch(/^#!\/usr\/bin\/env node\n/);
    expect(statSync(join(fresh, 'dist/cli.js')).mode & 0o111).toBe(0o111);
  });

  test('names no place of the machine that built it, and brings the licenses of what is in it', () => {
    for (const [name, content] of filesOf(join(fresh, 'dist'))) {
      expect(content.includes(root), name).toBe(false);
    }
    expect(filesOf(join(fresh, 'dist')).get('licenses.txt')).toMatch(/^zod \d+\.\d+\.\d+ \(MIT\)$/m);
  });
});

describe('pipelines/toolkit', () => {
  let fresh = '';
  beforeAll(async () => {
    fresh = mkdtempSync(join(tmpdir(), 'fairway-toolkit-'));
    await buildToolkit(join(fresh, 'toolkit'));
  });
  afterAll(() => rmSync(fresh, { recursive: true, force: true }));

  test('is what the sources give, byte for byte (else: npm run build)', () => {
    const [committed, now] = [join(root, 'pipelines/toolkit'), join(fresh, 'toolkit')];
    const names = readdirSync(now).toSorted();
    expect(readdirSync(committed).toSorted()).toEqual(names);
    const isStale = (name: string): boolean =>
      !readFileSync(join(committed, name)).equals(readFileSync(join(now, name)));
    expect(names.filter(isStale)).toEqual([]);
  });

  test('brings decisions that load nothing, and can be read', () => {
    const decisions = readFileSync(join(fresh, 'toolkit/index.js'), 'utf8');
    expect(decisions).not.toMatch(/^import /m);
    expect(decisions).not.toContain('node:');
    expect(decisions).toContain('function callReport(documentText, eventsText, runId) {\n');
  });
});
