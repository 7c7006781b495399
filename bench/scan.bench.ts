/**
 * What a scan costs, and the second look at the last release that tells introduced from disclosed: an image of some
 * hundred packages, its SBOM, a tree with a lockfile of some hundred packages, each with a database of 20,000 entries.
 *
 *     node bench/scan.bench.ts [--quick]
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { nodeClock } from '../src/adapters/node/clock.ts';
import { nodeExec } from '../src/adapters/node/exec.ts';
import { nodeFiles } from '../src/adapters/node/files.ts';
import { nodeOrphans } from '../src/adapters/node/orphans.ts';
import { trivyScanner } from '../src/adapters/scanner/trivy.ts';
import { judgeScan } from '../src/domain/scan/judge.ts';
import { readTrivy } from '../src/domain/scan/read-trivy.ts';
import { createMask } from '../src/domain/secrets/mask.ts';
import type { ScanInterest, ScanSubject } from '../src/ports.ts';
import { type Advisory, writeDatabase } from '../test/harness/trivy/database.ts';
import { tinyImage } from '../test/harness/trivy/image.ts';

const { values } = parseArgs({ options: { quick: { type: 'boolean' } } });
const rounds = values.quick === true ? 3 : 15;
const packages = 400;
const entries = 20_000;
const timeoutMs = 120_000;
const rules = { failOn: 'high', waivers: [], today: '2026-01-01' } as const;
const folder = await mkdtemp(join(tmpdir(), 'fairway-scan-bench-'));
const load = loadavg()[0] ?? 0;

try {
  writeDatabase(join(folder, 'cache'), advisories());
  const env = { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/opt/fairway-ci/bin` };
  const orphans = nodeOrphans(join(folder, 'state'));
  const ports = { exec: nodeExec({ env, mask: createMask(), orphans }), files: nodeFiles(), clock: nodeClock() };
  const cacheDirectory = join(folder, 'cache');
  const docker = { program: 'docker', env: {} };
  const scanner = trivyScanner(
    { program: 'trivy', path: env.PATH, cacheDirectory, scratch: orphans.scratch, docker },
    ports,
  );
  const found = await scanner.find();
  if (found === null) throw new Error('there is no trivy: .ci/run says how it comes to /opt/fairway-ci/bin');

  const scan = async (subject: ScanSubject, look: readonly ScanInterest[] = ['vulnerabilities']) => {
    const report = await scanner.scan(subject, {
      look,
      vex: [],
      database: { isOffline: true, mirrors: [], javaMirrors: [] },
      timeoutMs,
    });
    const read = report.kind === 'report' ? readTrivy(report.text) : report;
    if (read.kind !== 'read') throw new Error(read.reason);
    return read.findings;
  };

  await mkdir(join(folder, 'tree'));
  await writeFile(join(folder, 'tree', 'package-lock.json'), lockfile());
  const names = Array.from({ length: packages }, (_, index) => `debian-${index}=1.0`);
  const [last, next] = [await image('last', names), await image('next', [...names, 'debian-500=1.0'])];
  const sbom = join(folder, 'last.cdx.json');
  const written = await scanner.sbom({ kind: 'archive', path: last }, 'cyclonedx', { path: sbom, timeoutMs });
  if (written.kind === 'failed') throw new Error(written.reason);

  const subjects = {
    image: { kind: 'archive', path: next },
    sbom: { kind: 'sbom', path: sbom },
    tree: { kind: 'directory', path: join(folder, 'tree') },
  } as const;
  const results = {
    imageMs: await timed(async () => await scan(subjects.image)),
    imageWithSecretsMs: await timed(async () => await scan(subjects.image, ['vulnerabilities', 'secrets'])),
    baseSbomMs: await timed(async () => await scan(subjects.sbom)),
    treeMs: await timed(async () => await scan(subjects.tree)),
    sbomWrittenMs: await timed(
      async () => await scanner.sbom(subjects.image, 'cyclonedx', { path: join(folder, 'x.cdx.json'), timeoutMs }),
    ),
    readAndJudgeMs: await timed(judging(await scan(subjects.image), await scan(subjects.sbom))),
  };
  const { since, total } = counts(await scan(subjects.image), await scan(subjects.sbom));
  const result = {
    bench: 'scan',
    when: new Date().toISOString(),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
    loadAtStart: Math.round(load * 10) / 10,
    node: process.version,
    scanner: 'trivy 0.68.2, unpacked',
    packages,
    databaseEntries: entries,
    rounds,
    findings: { total, introduced: since },
    medianMs: results,
  };
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  if (values.quick !== true) {
    await writeFile(join(import.meta.dirname, 'results', 'scan.json'), `${JSON.stringify(result, null, 2)}\n`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function timed(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begin = performance.now();
    await work();
    times.push(performance.now() - begin);
  }
  return Math.round((times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN) * 10) / 10;
}

type Findings = Parameters<typeof judgeScan>[0];

function judging(found: Findings, base: Findings): () => unknown {
  return () => judgeScan(found, base, rules);
}

function counts(found: Findings, base: Findings): { readonly total: number; readonly since: number } {
  const { findings } = judgeScan(found, base, rules);
  return { total: findings.length, since: findings.filter((one) => one.since === 'introduced').length };
}

/** Each of another package; those of the subjects are among them. */
function advisories(): readonly Advisory[] {
  return Array.from({ length: entries }, (_, index): Advisory => {
    const ecosystem = index % 2 === 0 ? 'npm' : 'debian 12';
    const name = `${ecosystem === 'npm' ? 'npm' : 'debian'}-${Math.floor(index / 2)}`;
    return { id: `CVE-2026-${index}`, ecosystem, package: name, affects: '<2', fixedIn: '2.0.0', severity: 'HIGH' };
  });
}

async function image(name: string, names: readonly string[]): Promise<string> {
  await mkdir(join(folder, name));
  return tinyImage(join(folder, name), names).saved;
}

function lockfile(): string {
  const names = Array.from({ length: packages }, (_, index) => `npm-${index}`);
  return JSON.stringify({
    name: 'shop',
    version: '1.0.0',
    lockfileVersion: 3,
    packages: {
      '': { name: 'shop', version: '1.0.0', dependencies: Object.fromEntries(names.map((name) => [name, '1.0.0'])) },
      ...Object.fromEntries(names.map((name) => [`node_modules/${name}`, { version: '1.0.0' }])),
    },
  });
}
