import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { FinalDocument } from '../../../src/domain/report/final-document.ts';
import type { ScanDocument } from '../../../src/domain/scan/document.ts';
import { type Advisory, writeDatabase } from '../../harness/trivy/database.ts';
import { needs } from '../../requirements.ts';
import { run, source } from '../cli/fairway.ts';
import { lockfile, minimist, nobodys, trivy } from './shop.ts';

const test = needs('git', 'trivy');
const pad: Advisory = { ...minimist, id: 'CVE-2026-0002', package: 'left-pad', affects: '<2', fixedIn: '2.0.0' };

test('ship scans what it built against the release that serves, and refuses what the change brings', async () => {
  const root = mkdtempSync(join(tmpdir(), 'fairway-scan-ship-'));
  const directory = join(root, 'shop');
  const env = {
    HOME: root,
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    FAIRWAY_TRIVY: trivy,
    FAIRWAY_STATE_DIR: join(root, 'state'),
    FAIRWAY_CACHE_DIR: join(root, 'cache'),
    GIT_AUTHOR_NAME: 'Shop',
    GIT_AUTHOR_EMAIL: 'shop@example.com',
    GIT_COMMITTER_NAME: 'Shop',
    GIT_COMMITTER_EMAIL: 'shop@example.com',
  };
  const git = (...args: readonly string[]): void => void execFileSync('git', args, { cwd: directory, env });
  const commit = (message: string, packages: Readonly<Record<string, string>>): void => {
    writeFileSync(join(directory, 'package-lock.json'), lockfile(packages));
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message', message);
  };
  const fairway = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(source, [...args, '--json'], { cwd: directory, env, timeoutMs: 90_000 });
    return { code, stderr, document: JSON.parse(stdout) as FinalDocument };
  };
  const scanOf = ({ document }: { readonly document: FinalDocument }): ScanDocument =>
    document.result['scan'] as ScanDocument;
  try {
    mkdirSync(directory);
    git('init', '--quiet', '--initial-branch=main');
    writeFileSync(join(directory, 'server.mjs'), server);
    writeFileSync(join(directory, 'fairway.json'), JSON.stringify(configuration(await freePort())));
    writeDatabase(join(root, 'cache', 'trivy'), [nobodys]);

    commit('feat: a shop', { 'left-pad': '1.0.0' });
    const first = await fairway('ship');
    expect([first.document.code, first.code]).toEqual(['RELEASED', 0]);
    const stages = first.document.stages.map(({ name }) => name);
    expect(stages.filter((name) => ['build', 'scan', 'test'].includes(name))).toEqual(['build', 'scan', 'test']);
    expect(scanOf(first)).toMatchObject({ findings: [], base: { from: null, why: 'nothing serves yet' } });

    writeDatabase(join(root, 'cache', 'trivy'), [pad, minimist]);
    commit('feat: arguments', { 'left-pad': '1.0.0', minimist: '0.0.8' });
    const refused = await fairway('ship');
    expect([refused.document.code, refused.code]).toEqual(['SCAN_FINDINGS', 3]);
    expect(scanOf(refused).base.from).toBe('the SBOM kept with 0.1.0');
    expect(scanOf(refused).findings.map(({ id, since }) => [id, since])).toEqual([
      ['CVE-2026-0001', 'introduced'],
      ['CVE-2026-0002', 'disclosed'],
    ]);
    const status = await fairway('status');
    expect(status.document.result['stable']).toMatchObject({ version: '0.1.0' });

    commit('fix: without arguments', { 'left-pad': '1.0.0' });
    const second = await fairway('ship');
    expect([second.document.code, second.code]).toEqual(['RELEASED', 0]);
    expect(second.stderr).toContain('the last release has 1 finding of these, too: CVE-2026-0002');
  } finally {
    await fairway('abort').catch(() => undefined);
    await fairway('down', '--yes');
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
});

const server = `
import { createServer } from 'node:http';
createServer((request, response) => response.end('well')).listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
`;

const configuration = (port: number): unknown => ({
  app: 'shop',
  scan: { look: ['vulnerabilities'], database: { fetch: false } },
  test: { run: 'node --version' },
  processes: { web: { command: 'node server.mjs', traffic: true, ready: { path: '/' }, stopGrace: '1s' } },
  target: { type: 'process' },
  proxy: { type: 'embedded', port },
  deploy: { steps: [100], hold: '100ms' },
});

async function freePort(): Promise<number> {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  await new Promise((resolve) => taken.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
