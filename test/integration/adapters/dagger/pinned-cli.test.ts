import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pinnedDagger, type PinnedCliOptions } from '../../../../src/adapters/dagger/pinned-cli.ts';
import { useWorkshop } from '../node/workshop.ts';

const at = useWorkshop();
const asked: string[] = [];
let archive: Buffer = Buffer.alloc(0);
const server = createServer((request, response) => {
  asked.push(request.url ?? '');
  if (request.url === '/releases/9.9.9/dagger_v9.9.9_linux_amd64.tar.gz') response.end(archive);
  else response.writeHead(503).end();
});
beforeAll(async () => await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => server.close());

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

beforeEach(async () => {
  asked.length = 0;
  const folder = at.path('release');
  await mkdir(folder);
  await writeFile(`${folder}/dagger`, '#!/bin/sh\necho dagger v9.9.9\n');
  await chmod(`${folder}/dagger`, 0o644);
  const file = at.path('dagger.tar.gz');
  await at.exec.run({ argv: ['tar', '-czf', file, '-C', folder, 'dagger'], cwd: at.path('.'), timeoutMs: 10_000 });
  archive = readFileSync(file);
});

function options(over: Partial<PinnedCliOptions> = {}): PinnedCliOptions & { readonly said: string[] } {
  const said: string[] = [];
  return {
    wanted: 'v9.9.9',
    platform: 'linux-x64',
    toolCache: at.path('tool cache'),
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/releases`,
    exec: at.exec,
    releases: { '9.9.9': { archives: { 'linux-x64': sha256(archive) }, engine: `sha256:${'e'.repeat(64)}` } },
    say: (text) => said.push(text),
    said,
    ...over,
  };
}

test('is fetched once, runs, and names its engine by digest', async () => {
  const first = await pinnedDagger(options());
  const again = options();
  expect(await pinnedDagger(again)).toEqual(first);

  expect(asked).toEqual(['/releases/9.9.9/dagger_v9.9.9_linux_amd64.tar.gz']);
  expect(again.said).toEqual([]);
  expect(first['_EXPERIMENTAL_DAGGER_RUNNER_HOST']).toBe(
    `image://registry.dagger.io/engine:v9.9.9@sha256:${'e'.repeat(64)}`,
  );
  const program = first['_EXPERIMENTAL_DAGGER_CLI_BIN'] ?? '';
  const { stdout } = await at.exec.run({ argv: [program], cwd: at.path('.'), timeoutMs: 10_000 });
  expect(stdout).toBe('dagger v9.9.9\n');
});

test('other bytes are refused before anything of them runs, and nothing stays', async () => {
  const releases = { '9.9.9': { archives: { 'linux-x64': 'a'.repeat(64) }, engine: 'sha256:0' } };
  await expect(pinnedDagger(options({ releases }))).rejects.toMatchObject({
    code: 'DAGGER_ALTERED',
    message: expect.stringContaining(sha256(archive)) as unknown,
  });
  expect(await readdir(at.path('tool cache'))).toEqual([]);
});

test('a program that was changed in the tool cache is fetched again', async () => {
  const { _EXPERIMENTAL_DAGGER_CLI_BIN: program = '' } = await pinnedDagger(options());
  await rm(program);
  await writeFile(program, '#!/bin/sh\necho something else\n', { mode: 0o755 });

  await pinnedDagger(options());

  expect(readFileSync(program, 'utf8')).toContain('dagger v9.9.9');
});

test('a version without a known checksum is refused with the line to write', async () => {
  await expect(pinnedDagger(options({ wanted: 'v9.9.10' }))).rejects.toMatchObject({
    code: 'DAGGER_UNKNOWN',
    family: 'config',
    hint: expect.stringContaining('dagger-version: v9.9.10@sha256:<checksum>; or choose from 9.9.9') as unknown,
  });
  expect(asked).toEqual([]);
});

test('with a checksum of its own any version will do, and its engine is said to have no digest', async () => {
  const own = options({ wanted: `v9.9.9@sha256:${sha256(archive)}`, releases: {} });
  expect(Object.keys(await pinnedDagger(own))).toEqual(['_EXPERIMENTAL_DAGGER_CLI_BIN']);
  expect(own.said).toContain('the engine of Dagger 9.9.9 is the one of its tag: Fairway knows no digest of it');
});

test('a server that fails, and what is no version, are said', async () => {
  const wanted = `9.9.8@sha256:${'a'.repeat(64)}`;
  await expect(pinnedDagger(options({ wanted }))).rejects.toMatchObject({
    code: 'DAGGER_DOWNLOAD',
    message: expect.stringContaining('the server answered 503') as unknown,
  });
  await expect(pinnedDagger(options({ wanted: 'latest' }))).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});
