import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Directory, Platform } from '@dagger.io/dagger';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeDatabase } from '../harness/trivy/database.ts';
import { packageStatus } from '../harness/trivy/image.ts';
import { needs } from '../requirements.ts';
import { type Call, openRealEngine, type RealEngine } from './engine.ts';

/** Every function of the module, as an engine loads and runs it. */

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');

let engine: RealEngine;
let folder: string;
/** Arguments of the module's constructor: images that this engine has. */
let made: Call;

beforeAll(async () => {
  engine = await openRealEngine();
  folder = await mkdtemp(join(tmpdir(), 'fairway module '));
  const { client, base, postgres } = engine;
  await client.moduleSource(join(root, 'pipelines')).asModule().serve();
  made = ['fairway', { base: await base.container.id(), serverBase: await postgres.id() }];
});
afterAll(async () => {
  await engine.close();
  await rm(folder, { recursive: true, force: true });
});

const call = async <T = string>(...chain: readonly Call[]): Promise<T> => await engine.ask<T>(made, ...chain);

/** What a failing function ended with, as `dagger call` would pass it on. */
async function failureOf(ended: Promise<unknown>): Promise<{ readonly exitCode?: number; readonly text: string }> {
  try {
    await ended;
  } catch (error) {
    const { response, message } = error as {
      readonly message: string;
      readonly response?: { readonly errors?: readonly { readonly extensions?: { readonly exitCode?: number } }[] };
    };
    const exitCode = response?.errors?.[0]?.extensions?.exitCode;
    return { ...(exitCode === undefined ? {} : { exitCode }), text: `${message} ${JSON.stringify(response)}` };
  }
  throw new Error('it did not fail');
}

function directory(files: Readonly<Record<string, string>>): Directory {
  return Object.entries(files).reduce((all, [path, text]) => all.withNewFile(path, text), engine.client.directory());
}

const app = (...lines: readonly string[]): Directory =>
  directory({
    Dockerfile: [`FROM ${engine.base.reference}`, 'WORKDIR /app', 'COPY . .', ...lines].join('\n'),
    'server.js': `require('node:http').createServer((_, response) => response.end('hello')).listen(process.env.PORT);`,
    'check.js': `fetch('http://application:8080').then(async (answer) => console.log(await answer.text()));`,
  });

describe('functions without effects', () => {
  test('build makes the image of a Dockerfile, with arguments, labels and a mounted secret', async () => {
    const { client } = engine;
    const uniqueName = crypto.randomUUID();
    const value = client.setSecret(uniqueName, 'v3ry-s3cret');
    const source = app('ARG MODE', 'RUN --mount=type=secret,id=npm echo "$MODE $(wc -c < /run/secrets/npm)" > /made');
    const text = await call(
      ['withSecret', { name: 'npm', value: await value.id() }],
      ['build', { source: await source.id(), args: ['MODE=fast'], labels: ['version=1'], mounts: ['npm'] }],
      ['file', { path: '/made' }],
      'contents',
    );
    expect(text.trim()).toBe('fast 11');
  });

  test('assemble makes an image without a Dockerfile, and refuses root', async () => {
    const source = await directory({ 'run.js': 'console.log(process.getuid())' }).id();
    const wanted = { source, from: engine.base.reference, start: ['node', 'run.js'] };
    expect((await call(['assemble', wanted], ['withExec', { args: ['node', 'run.js'] }], 'stdout')).trim()).toBe(
      '1000',
    );
    const refused = await failureOf(call(['assemble', { ...wanted, user: 'root' }], 'id'));
    expect(refused.text).toContain('does not run as root');
  });

  test('test hands the container on, and finds the application and other servers by name', async () => {
    const built = await builtFrom(app('CMD ["node", "server.js"]'));
    const server = await engine.base.container
      .withNewFile('/s.js', `require('node:net').createServer((s) => s.end('pong')).listen(6379);`)
      .withExposedPort(6379)
      .withDefaultArgs(['node', '/s.js'])
      .asService()
      .id();
    const script = `require('node:net').connect(6379, 'redis').on('data', (b) => console.log(String(b))); require('./check.js');`;
    const output = await call(
      ['withService', { name: 'redis', server }],
      ['test', { built, command: ['node', '-e', script], application: 8080 }],
      'stdout',
    );
    expect(output.trim().split('\n').toSorted()).toEqual(['hello', 'pong']);
  });

  test('a test that fails ends with its exit code, and its reports come out nevertheless', async () => {
    const built = await builtFrom(app());
    const command = ['sh', '-c', 'mkdir -p /reports; echo "<testsuite/>" > /reports/junit.xml; exit 5'];
    expect((await failureOf(call(['test', { built, command }], 'stdout'))).exitCode).toBe(5);
    const report = await call(
      ['testReports', { built, command, folder: '/reports' }],
      ['file', { path: 'junit.xml' }],
      'contents',
    );
    expect(report.trim()).toBe('<testsuite/>');
  });
});

describe('a scanner', () => {
  needs('trivy')('finds what its database knows of an image, and lists what is in it', async () => {
    const { client, base } = engine;
    const cache = join(folder, 'cache');
    writeDatabase(cache, [
      { id: 'CVE-2026-0001', ecosystem: 'debian 12', package: 'openssl', fixedIn: '3.1.0', severity: 'CRITICAL' },
    ]);
    const program = ['/opt/fairway-ci/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
      .map((place) => join(place, 'trivy'))
      .find((file) => existsSync(file));
    const scannerBase = await base.container
      .withFile('/usr/local/bin/trivy', client.host().file(program ?? 'trivy'), { permissions: 0o755 })
      .id();
    const image = directory({
      Dockerfile: 'FROM scratch\nCOPY etc/ /etc/\nCOPY var/ /var/\n',
      'etc/os-release': 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian 12"\n',
      'etc/debian_version': '12.0\n',
      'var/lib/dpkg/status': packageStatus('openssl=3.0.0'),
    });
    const built = await builtFrom(image);
    const database = await client.host().directory(cache).id();
    const scanning: Call = ['fairway', { scannerBase }];
    const report = await engine.ask(scanning, ['scan', { built, database }], 'contents');
    expect(report).toContain('"VulnerabilityID": "CVE-2026-0001"');
    const sbom = JSON.parse(await engine.ask(scanning, ['sbom', { built, database }], 'contents')) as object;
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX' });
    expect(JSON.stringify(sbom)).toContain('pkg:deb/debian/openssl@3.0.0');
  });
});

test('redis is a server that tests find, started as its image starts it', async () => {
  const { base } = engine;
  const server = `#!/usr/bin/env node
require('node:net').createServer((socket) => socket.end('+' + process.argv.slice(2).join(' '))).listen(6379);`;
  const serverBase = await base.container
    .withNewFile('/usr/local/bin/redis-server', server, { permissions: 0o755 })
    .id();
  const redis = await engine.ask(['fairway', { serverBase }], ['redis', {}], 'id');
  const built = await base.container.id();
  const script = `require('node:net').connect(6379, 'redis').on('data', (bytes) => console.log(String(bytes)));`;
  const said = await call(
    ['withService', { name: 'redis', server: redis }],
    ['test', { built, command: ['node', '-e', script] }],
    'stdout',
  );
  expect(said.trim()).toBe('+--save  --appendonly no --protected-mode no');
});

async function builtFrom(source: Directory): Promise<string> {
  return await call(['build', { source: await source.id() }], 'id');
}

const files = {
  'migrations/0001_things.sql': 'CREATE TABLE things (id bigint PRIMARY KEY);\n',
  'migrations/0001_things.down.sql': 'DROP TABLE things;\n',
  'server.js': `const server = require('node:http').createServer((_, response) => response.end('hello'));
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));`,
};
const target = `target: { type: process }
proxy: { type: embedded }
processes:
  web: { command: node server.js, traffic: true, ready: { path: /, timeout: 10s } }
smoke: { checks: [{ type: http, name: home, path: / }] }
`;
const database = `database: { type: postgres, provider: url, url: env:DATABASE_URL }
migrations: { directory: migrations }
`;

/** A checkout with its .git, whose remote lies beside it. */
async function checkout(name: string, configuration: string): Promise<string> {
  const place = join(folder, name);
  for (const [path, text] of Object.entries({ ...files, 'fairway.yml': `app: tiny\n${configuration}` })) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), text);
  }
  const git = async (...args: readonly string[]): Promise<unknown> => await run('git', ['-C', place, ...args]);
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('config', 'user.name', 'Tiny');
  await git('config', 'user.email', 'tiny@app.example');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'feat: begin');
  await git('init', '--quiet', '--bare', 'remote.git');
  await git('remote', 'add', 'origin', '/app/remote.git');
  await writeFile(join(place, '.git/info/exclude'), 'remote.git\n');
  return await engine.client.host().directory(place, { noCache: true }).id();
}

describe('functions with effects', () => {
  /** A server that stands for the one of the environment, and how its URL reaches a command. */
  async function environmentDatabase(): Promise<readonly Call[]> {
    const name = crypto.randomUUID();
    const { client } = engine;
    const password = await client.setSecret(`password-${name}`, name).id();
    const server = await call(['database', { password }], 'id');
    const url = `postgresql://postgres:${name}@target:5432/fairway`;
    return [
      ['withService', { name: 'target', server }],
      ['withSecret', { name: 'DATABASE_URL', value: await client.setSecret(`url-${name}`, url).id() }],
    ];
  }

  test('classify watches migrations on a server that is thrown away, and refuses a dangerous one', async () => {
    const source = await checkout('classify', target + database);
    const wanted = { source, files: ['migrations'] };
    expect(await call(['classify', wanted], 'outcome')).toBe('ok');
    const bad = await engine.client
      .directory()
      .withNewFile('migrations/0001_a.sql', 'CREATE TABLE a (id bigint);\n')
      .withNewFile('migrations/0002_b.sql', 'DROP TABLE a;\n')
      .id();
    const refused = await failureOf(call(['classify', { source: bad, files: ['migrations/0002_b.sql'] }], 'outcome'));
    expect(refused.exitCode).toBe(3);
  });

  test('migrate, rehearse and deploy work with the servers that a call is given', async () => {
    const source = await checkout('whole', target + database);
    const given = await environmentDatabase();
    const rehearsed = JSON.parse(await call(...given, ['rehearse', { source }], 'json')) as object;
    expect(rehearsed).toMatchObject({ outcome: 'ok', result: { rollback: 'first' } });
    expect(await call(...given, ['deploy', { source, dryRun: true }], 'outcome')).toBe('planned');
    expect(await call(...given, ['ship', { source, dryRun: true }], 'outcome')).toBe('planned');
    const migrated = await call(...given, ['migrate', { source }], 'json');
    expect(JSON.parse(migrated)).toMatchObject({ code: 'MIGRATED', result: { applied: [{ version: '0001' }] } });
    // A server ends soon after nobody uses it, so the second call may find it empty; a cache would answer the same text.
    const again = await call(...given, ['migrate', { source }], 'json');
    expect(JSON.parse(again)).toMatchObject({ outcome: 'ok' });
    expect(again).not.toBe(migrated);
  });

  test('what would end with its container is not deployed: exit code 2, as the command line says it', async () => {
    const source = await checkout('short-lived', target);
    for (const name of ['deploy', 'ship']) {
      const refused = await failureOf(call([name, { source }], 'outcome'));
      expect(refused).toMatchObject({ exitCode: 2, text: expect.stringContaining('TARGET_SHORT_LIVED') as string });
    }
  });

  test('smoke and rollback say where nothing serves', async () => {
    const source = await checkout('empty', target);
    const smoke = await failureOf(call(['smoke', { source }], 'outcome'));
    expect(smoke).toMatchObject({ exitCode: 2, text: expect.stringContaining('NOTHING_RUNS') as string });
    const rollback = await failureOf(call(['rollback', { source }], 'outcome'));
    expect(rollback).toMatchObject({ exitCode: 2, text: expect.stringContaining('NOTHING_TO_ROLL_BACK') as string });
  });

  test('release tags and pushes a project that is not deployed, and its report can be read', async () => {
    const source = await checkout('library', 'release: { forge: none }\n');
    expect(await call(['release', { source, dryRun: true }], 'outcome')).toBe('planned');
    const json = JSON.parse(await call(['release', { source }], 'json')) as { readonly outcome: string };
    expect(json.outcome).toBe('ok');
    expect(await call(['release', { source }], 'summary')).toContain('v0.1.0');
    expect(await call(['release', { source }], 'html')).toContain('<html');
  });

  test('publish pushes one image of several platforms and answers with its digest', async () => {
    const platforms = ['linux/amd64', 'linux/arm64'];
    const { client } = engine;
    const bases = platforms.map((platform) =>
      client.container({ platform: platform as Platform }).withNewFile('/base', platform),
    );
    const base = await client.container().publish(`${engine.registry}/base:any`, { platformVariants: bases });
    const source = await directory({ Dockerfile: `FROM ${base}\nCOPY hello /\n`, hello: 'x' }).id();
    const address = `${engine.registry}/hello:1`;
    const pushed = await call(['publish', { source, address, platforms }]);
    const digest = /@(sha256:[0-9a-f]{64})$/.exec(pushed)?.[1] ?? 'none';
    const accept = 'application/vnd.oci.image.index.v1+json';
    const index = await fetch(`http://${engine.registry}/v2/hello/manifests/${digest}`, { headers: { accept } });
    const { manifests } = (await index.json()) as { readonly manifests: readonly { readonly platform: object }[] };
    expect(manifests.map(({ platform }) => platform)).toMatchObject([
      { architecture: 'amd64' },
      { architecture: 'arm64' },
    ]);
  });

  test('configuration is a check that passes for what is right and fails for what is not', async () => {
    await call(['configuration', { source: await checkout('right', target) }]);
    const wrong = await failureOf(call(['configuration', { source: await checkout('wrong', 'targte: {}\n') }]));
    expect(wrong).toMatchObject({ exitCode: 2, text: expect.stringContaining('targte') as string });
  });
});

test('the module of the examples uses this one', async () => {
  await engine.client.moduleSource(join(root, 'examples/dagger/module')).asModule().serve();
  const own: Call = ['shop', { base: await engine.base.container.id() }];
  const source = await app('RUN test "$(cat server.js | wc -c)" -gt 10').id();
  const command = ['node', '--check', 'server.js'];
  expect(await engine.ask(own, ['tested', { source, command }], ['withExec', { args: ['ls'] }], 'stdout')).toContain(
    'server.js',
  );
  const library = await checkout('for-the-example', 'release: { forge: none }\n');
  expect(await engine.ask(own, ['next', { source: library }])).toBe('planned');
});
