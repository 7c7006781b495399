import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { build } from '../../../scripts/build.ts';
import { type Options, root, run, source } from './fairway.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'fairway cli '))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fairway = (args: readonly string[], options: Partial<Options> = {}) =>
  run(source, args, { cwd: folder, ...options });
const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
const good = 'app: shop\nenvironments: { production: { deploy: { hold: 5s } } }\n';

describe('the command line, as a process', () => {
  test('help goes to stdout, with real examples for each command', async () => {
    const general = await fairway(['help']);
    expect(general).toMatchObject({ code: 0, stderr: '' });
    expect(general.stdout).toContain('Usage: fairway <command> [flags]');
    const ship = await fairway(['ship', '--help']);
    expect(ship.stdout).toContain('fairway ship --env production --json > result.json');
  });

  test('an unknown command suggests the nearest one, exit code 2', async () => {
    expect(await fairway(['shp'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'COMMAND_UNKNOWN: There is no command "shp". Did you mean "ship"?\nnext: fairway help shows what there is.\n',
    });
  });

  test('an unknown command is one JSON document with --json', async () => {
    const { code, stdout } = await fairway(['shp', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      command: 'shp',
      outcome: 'error',
      code: 'COMMAND_UNKNOWN',
      exitCode: 2,
      stages: [],
    });
  });

  test('an unknown flag suggests the nearest one, exit code 2', async () => {
    const { code, stderr } = await fairway(['check', '--jsno']);
    expect(code).toBe(2);
    expect(stderr).toContain('--jsno: is not known; did you mean --json?');
  });

  test('no command at all shows the help, exit code 2', async () => {
    const { code, stdout, stderr } = await fairway([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^fairway: from commit[\s\S]*COMMAND_MISSING: No command was given\.\n/);
  });

  test('who reads the help may stop reading', async () => {
    const { code, stderr } = await fairway(['help'], { meanwhile: (child) => child.stdout?.destroy() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});

describe('fairway check', () => {
  test('says that a configuration is right and what it means', async () => {
    write('fairway.yml', good);
    const { code, stdout, stderr } = await fairway(['check', '--env', 'production']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('shop: the configuration is right; environments: local, production\n');
    expect(stdout).toContain('canary 5 % for 5.0 s, 25 % for 5.0 s, 50 % for 5.0 s, 100 %');
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  test('with --json is exactly one document on stdout', async () => {
    write('fairway.yml', good);
    const { code, stdout } = await fairway(['check', '--json', '--env', 'production']);
    const { durationMs, result, ...document } = JSON.parse(stdout) as Record<string, unknown>;
    expect(code).toBe(0);
    expect(durationMs).toEqual(expect.any(Number));
    expect(document).toEqual({
      fairway: expect.stringMatching(/^\d+\.\d+\.\d+/),
      command: 'check',
      outcome: 'ok',
      code: 'CONFIG_VALID',
      exitCode: 0,
      stages: [],
    });
    expect(result).toMatchObject({ app: 'shop', environment: 'production', config: { deploy: { hold: 5_000 } } });
  });

  test('no configuration: where it was looked for, and a small one to begin with', async () => {
    const { code, stderr } = await fairway(['check']);
    expect(code).toBe(2);
    for (const name of ['fairway.yml', 'fairway.yaml', 'fairway.json']) expect(stderr).toContain(join(folder, name));
    expect(stderr).toMatch(/next: Write a fairway\.yml[\s\S]*app: shop/);
  });

  test('the small one to begin with is right', async () => {
    const { smallestFile } = await import('../../../src/config/load.ts');
    write('fairway.yml', smallestFile);
    expect((await fairway(['check'])).code).toBe(0);
  });

  test('broken YAML: line and column', async () => {
    write('fairway.yml', 'app: shop\nbuild:\n\trun: npm ci\n');
    const { code, stderr } = await fairway(['check']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'CONFIG_INVALID: fairway.yml cannot be read.\n  fairway.yml:3:1  a tab cannot indent in YAML; use blanks\n',
    });
  });

  test('an unknown key: the nearest one, with its place, for people and for programs', async () => {
    write('fairway.yml', 'app: shop\nbuid: { run: npm ci }\n');
    const { code, stdout, stderr } = await fairway(['check', '--json']);
    expect(code).toBe(2);
    expect(stderr).toContain('fairway.yml:2:1  buid: is not known here; did you mean "build"?');
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'CONFIG_INVALID',
      result: { error: { problems: [{ path: 'buid', file: 'fairway.yml', line: 2, column: 1, nearest: 'build' }] } },
    });
  });

  test('wrong units, a wrong environment', async () => {
    write('fairway.yml', 'app: shop\nbuild: { timeout: 30 }\n');
    expect((await fairway(['check'])).stderr).toContain('build.timeout: expected a duration with a unit');
    write('fairway.yml', good);
    const { code, stderr } = await fairway(['check'], { env: { FAIRWAY_ENV: 'prod' } });
    expect(code).toBe(2);
    expect(stderr).toContain('FAIRWAY_ENV: "prod" is no environment of fairway.yml; did you mean "production"?');
  });

  test('a file of another name, by flag before variable', async () => {
    write('other.json', '{ "app": "from-flag" }');
    const { stdout } = await fairway(['check', '--config', 'other.json'], { env: { FAIRWAY_CONFIG: 'missing.yml' } });
    expect(stdout).toContain('from-flag: the configuration is right');
    const { code, stderr } = await fairway(['check'], { env: { FAIRWAY_CONFIG: 'missing.yml' } });
    expect(code).toBe(2);
    expect(stderr).toContain(`Looked for ${join(folder, 'missing.yml')}`);
  });

  test('two configurations, a folder in its place, ten megabytes, bytes that are no text', async () => {
    write('fairway.yml', good);
    write('fairway.json', '{}');
    expect((await fairway(['check'])).stderr).toContain('CONFIG_AMBIGUOUS');
    mkdirSync(join(folder, 'x.yml'));
    expect((await fairway(['check', '--config', 'x.yml'])).stderr).toContain('x.yml  is not a file');
    write('big.yml', 'x'.repeat(10_000_000));
    expect((await fairway(['check', '--config', 'big.yml'])).stderr).toContain(
      'has 10,000,000 bytes; at most 4,000,000',
    );
    writeFileSync(join(folder, 'bytes.yml'), Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]));
    expect((await fairway(['check', '--config', 'bytes.yml'])).stderr).toContain('is not UTF-8 text');
  });
});

describe('interrupted', () => {
  const program = join(import.meta.dirname, 'programs/waits-for-a-signal.ts');
  const interrupt =
    (times: number): NonNullable<Options['meanwhile']> =>
    (child) => {
      let sent = 0;
      child.stderr?.on('data', (text: string) => {
        if (sent === 0 && text.includes('waiting')) {
          sent = 1;
          child.kill('SIGINT');
        } else if (sent > 0 && sent < times && text.includes('once more')) {
          sent += 1;
          setTimeout(() => child.kill('SIGINT'), 600);
        }
      });
    };

  test('by one Ctrl-C a command ends in order: exit code 130, the document, nothing half-said', async () => {
    const { code, stdout, stderr } = await run(program, [], { cwd: folder, meanwhile: interrupt(1) });
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'interrupted', code: 'INTERRUPTED', exitCode: 130 });
    expect(stderr).toContain('SIGINT: ending in order; once more leaves at once.');
  });

  test('by a second one it leaves at once, whatever it does', async () => {
    const { code, stdout } = await run(program, ['deaf'], { cwd: folder, meanwhile: interrupt(2) });
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
  });
});

describe('the bundle', () => {
  let home = '';
  let dist = '';
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'fairway-bundle-'));
    dist = join(home, 'dist');
    await build(dist);
    cpSync(join(root, 'package.json'), join(home, 'package.json'));
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const asNode20 = [
    '--import',
    `data:text/javascript,Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } })`,
  ];
  const logLoaded = [
    '--import',
    `data:text/javascript,import { registerHooks } from 'node:module'; registerHooks({ load: (url, context, next) => (process._rawDebug(url), next(url, context)) })`,
  ];

  test('runs without node_modules, and its version is that of its package', async () => {
    const version = await run(join(dist, 'cli.js'), ['--version'], { cwd: folder });
    expect(version).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    write('fairway.yml', good);
    expect(await run(join(dist, 'cli.js'), ['check'], { cwd: folder })).toMatchObject({ code: 0, stderr: '' });
  });

  test.each([[['--version']], [['help', 'ship']]])('%j loads a few small files, and no parser', async (args) => {
    const { code, stderr } = await run(join(dist, 'cli.js'), args, { cwd: folder, node: logLoaded });
    const loaded = stderr
      .split('\n')
      .filter((url) => url.startsWith('file:'))
      .map((url) => url.replace(/^.*\//, ''));
    expect(code).toBe(0);
    expect(loaded).toContain('cli.js');
    // The command line itself is about 20 kB; the parser of YAML or the schema would be ten times as much.
    expect(loaded.reduce((bytes, name) => bytes + statSync(join(dist, name)).size, 0)).toBeLessThan(60_000);
  });

  test('on an old Node without another one says in one line what to install, exit code 6', async () => {
    expect(await run(join(dist, 'cli.js'), ['--version'], { cwd: folder, node: asNode20 })).toEqual({
      code: 6,
      stdout: '',
      stderr: 'fairway needs Node 22.12 or newer, and this is 20.1.0: install Node 24 from nodejs.org.\n',
    });
  });

  test('on an old Node with the npm package of a new one runs on that', async () => {
    const { code, stdout, stderr } = await fairway(['--version'], { node: asNode20 });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+/);
  });
});
