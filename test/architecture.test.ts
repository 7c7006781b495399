import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { moduleOf, readModules, root } from './architecture/modules.ts';
import { needs } from './requirements.ts';
import { cycles, forbiddenGlobals, forbiddenImports, tooLong } from './architecture/rules.ts';

const modules = readModules();

describe('the plan of the house', () => {
  test('is judged on all of the source, not on nothing', () => {
    expect(modules.length).toBeGreaterThan(100);
    expect(modules.flatMap((module) => module.imports).length).toBeGreaterThan(300);
    expect(new Set(modules.map((module) => module.file.split('/')[1])).size).toBeGreaterThan(8);
  });

  test('every import is one that the table of "who may import whom" allows', () => {
    expect(forbiddenImports(modules)).toEqual([]);
  });

  test('no two rooms load each other', () => {
    expect(cycles(modules)).toEqual([]);
  });

  test('no decider reads clock, chance, network or process, and only entries read the environment', () => {
    expect(forbiddenGlobals(modules)).toEqual([]);
  });

  test('no file is longer than 250 lines', () => {
    // Ports are types on one page, so that all effects can be seen at once.
    expect(tooLong(modules, 250, new Set(['src/ports.ts']))).toEqual([]);
  });
});

describe('the judge itself', () => {
  const registry = moduleOf('src/checks/index.ts', `import { http } from './http.ts'`);
  const judged = (file: string, text: string) => [registry, moduleOf(file, text)];

  test('sees static, dynamic, re-exporting and type imports', () => {
    const text = `
      import a from './a.ts'; import { type B } from './b.ts'; export * from './c.ts'; import 'zod';
      const d = await import('./d.ts'); type E = import('./e.ts').E; export type { F } from './f.ts';`;
    expect(moduleOf('src/domain/x.ts', text).imports).toEqual([
      { file: 'src/domain/a.ts', package: null, isTypeOnly: false },
      { file: 'src/domain/b.ts', package: null, isTypeOnly: true },
      { file: 'src/domain/c.ts', package: null, isTypeOnly: false },
      { file: null, package: 'zod', isTypeOnly: false },
      { file: 'src/domain/d.ts', package: null, isTypeOnly: false },
      { file: 'src/domain/e.ts', package: null, isTypeOnly: true },
      { file: 'src/domain/f.ts', package: null, isTypeOnly: true },
    ]);
  });

  test.each([
    ['src/domain/x.ts', `import 'node:fs'`, 'src/domain/x.ts -> node:fs'],
    ['src/domain/x.ts', `import '../adapters/a.ts'`, 'src/domain/x.ts -> src/adapters/a.ts'],
    ['src/checks/http.ts', `import '../targets/index.ts'`, 'src/checks/http.ts -> src/targets/index.ts'],
    [
      'src/checks/http.ts',
      `import type { A } from '../config/schema.ts'`,
      'src/checks/http.ts -> src/config/schema.ts (types)',
    ],
    ['src/stages/ship.ts', `import '../agent/loop.ts'`, 'src/stages/ship.ts -> src/agent/loop.ts'],
    ['src/stages/ship.ts', `import '../checks/http.ts'`, 'src/stages/ship.ts -> src/checks/http.ts'],
    ['src/agent/loop.ts', `import '../adapters/node/clock.ts'`, 'src/agent/loop.ts -> src/adapters/node/clock.ts'],
    ['src/errors.ts', `import './ports.ts'`, 'src/errors.ts -> src/ports.ts'],
    ['src/adapters/a.ts', `import '../entries/cli.ts'`, 'src/adapters/a.ts -> src/entries/cli.ts'],
    ['src/utils/x.ts', '', 'src/utils/x.ts stands in a room that the plan does not know'],
  ])('%s must not hold: %s', (file, text, complaint) => {
    expect(forbiddenImports(judged(file, text))).toEqual([complaint]);
  });

  test('what the table allows passes', () => {
    const texts = [
      moduleOf('src/checks/http.ts', `import { duration } from '../config/values.ts'; import { z } from 'zod'`),
      moduleOf('src/config/schema.ts', `import { checkSchema } from '../checks/index.ts'`),
      moduleOf('src/stages/ship.ts', `import type { Config } from '../config/schema.ts'`),
      moduleOf('src/domain/x.ts', `import type { Outcome } from '../ports.ts'`),
      moduleOf('src/stages/smoke.ts', `import { runChecks } from '../checks/run.ts'`),
      registry,
    ];
    expect(forbiddenImports(texts)).toEqual([]);
    expect(cycles(texts)).toEqual([]);
  });

  test('two rooms that load each other are told as a circle', () => {
    const circle = [
      moduleOf('src/domain/a.ts', `import '../ports.ts'`),
      moduleOf('src/ports.ts', `import './domain/a.ts'`),
    ];
    expect(cycles(circle)).toEqual(['domain -> ports -> domain', 'ports -> domain -> ports']);
  });

  test.each([
    ['const t = Date.now()', ['Date.now']],
    ['const t = new Date()', ['new Date()']],
    ['const x = Math.random()', ['Math.random']],
    ['const x = process.env.HOME', ['process.env']],
    [`import process from 'node:process'; const x = process.env`, ['process.env']],
    ['await fetch(url)', ['fetch']],
    ['setTimeout(() => {}, 1)', ['setTimeout']],
    ['const f = (process: { env: string }) => process.env', []],
    ['for (const process of all) use(process.env)', []],
    ['const t = new Date(0); const m = Math.max(1, 2)', []],
    ['type T = typeof process; const o = { process: 1, fetch: 2 }', []],
  ])('of the world, "%s" reaches %j', (text, expected) => {
    expect(moduleOf('src/domain/x.ts', text).globals).toEqual(expected);
  });

  test('a decider may not ask for the time, an adapter may, but not for the environment', () => {
    const text = 'const now = Date.now(); const home = process.env.HOME';
    expect(forbiddenGlobals(judged('src/domain/x.ts', text))).toHaveLength(2);
    expect(forbiddenGlobals(judged('src/adapters/x.ts', text))).toEqual(['src/adapters/x.ts uses process.env']);
    expect(forbiddenGlobals(judged('src/entries/x.ts', text))).toEqual([]);
  });

  test('a file of 251 lines is too long', () => {
    expect(tooLong(judged('src/domain/x.ts', 'x;\n'.repeat(251)), 250, new Set())).toEqual([
      'src/domain/x.ts has 251 lines',
    ]);
  });
});

describe('what is committed', () => {
  const whereGit = needs('git');

  function linesWith(pattern: RegExp): readonly string[] {
    const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' }).split('\0');
    const files = listed.filter((file) => statSync(join(root, file), { throwIfNoEntry: false })?.isFile());
    return files.flatMap((file) => {
      const text = readFileSync(join(root, file), 'utf8');
      const lines = text.includes('\0') ? [] : text.split('\n');
      return lines.flatMap((line, i) => (pattern.test(line) ? [`${file}:${i + 1}`] : []));
    });
  }

  whereGit('is looked at', () => {
    expect(linesWith(/import/).length).toBeGreaterThan(300);
  });

  whereGit('names no package registry', () => {
    // Put together here, so that this file does not name them either.
    const hosts = [
      'registry.npmjs',
      'registry.yarnpkg',
      'npm.pkg.github',
      'pypi',
      'pythonhosted',
      'proxy.golang',
      'rubygems',
    ];
    const pattern = new RegExp(`(?:${hosts.map((host) => host.replaceAll('.', '\\.')).join('|')})\\.(?:org|com)`);
    expect(linesWith(pattern)).toEqual([]);
  });

  whereGit('names no folder of the machine that it was written on', () => {
    expect(linesWith(/(?<![\w.:/-])\/(?:work|root|Users)\/\w/)).toEqual([]);
  });
});
