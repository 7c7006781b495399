import { describe, expect, test } from 'vitest';
import { downloadArgv, sbomArgv, scanArgv } from '../../../../src/adapters/scanner/trivy-argv.ts';
import type { ScanInterest, ScanSubject } from '../../../../src/ports.ts';

const run = { program: '/usr/bin/trivy', cacheDirectory: '/cache', timeoutMs: 90_500 };
const look: readonly ScanInterest[] = ['vulnerabilities', 'secrets', 'configuration', 'licences'];
const scan = (subject: ScanSubject, isOffline = false) =>
  scanArgv(
    run,
    subject,
    { look, vex: ['/vex.json'], database: { isOffline, mirrors: [], javaMirrors: ['r.example/java:1'] } },
    '/out.json',
  );
const after = (argv: readonly string[], flag: string) => argv[argv.indexOf(flag) + 1];

describe('Trivy', () => {
  test.each([
    [{ kind: 'image', reference: 'sha256:1', host: null }, 'image', ['--image-src', 'docker', '--', 'sha256:1']],
    [
      { kind: 'registry', reference: 'r.example/a@sha256:1' },
      'image',
      ['--image-src', 'remote', '--', 'r.example/a@sha256:1'],
    ],
    [{ kind: 'archive', path: '/a.tar' }, 'image', ['--input', '/a.tar']],
    [{ kind: 'directory', path: '/tree' }, 'filesystem', ['--', '/tree']],
    [{ kind: 'sbom', path: '/a.cdx.json' }, 'sbom', ['--', '/a.cdx.json']],
  ] as const)('is shown %j', (subject, verb, end) => {
    const argv = scan(subject);
    expect(argv.slice(0, 2)).toEqual(['/usr/bin/trivy', verb]);
    expect(argv.slice(-end.length)).toEqual(end);
  });

  test('never decides: no exit code, no severity, no ignore file, and no update in the middle of a scan', () => {
    const argv = scan({ kind: 'directory', path: '/tree' });
    expect(argv).not.toContain('--exit-code');
    expect(argv).not.toContain('--severity');
    expect(after(argv, '--ignorefile')).toBe('/dev/null');
    expect(argv).toContain('--skip-db-update');
    expect([after(argv, '--timeout'), after(argv, '--format'), after(argv, '--vex')]).toEqual([
      '91s',
      'json',
      '/vex.json',
    ]);
  });

  test('is asked of an SBOM only what one knows', () => {
    expect(after(scan({ kind: 'sbom', path: '/a' }), '--scanners')).toBe('vuln,license');
    expect(after(scan({ kind: 'directory', path: '/a' }), '--scanners')).toBe('vuln,secret,misconfig,license');
  });

  test('offline asks nobody', () => {
    const argv = scan({ kind: 'directory', path: '/tree' }, true);
    expect(argv).toEqual(expect.arrayContaining(['--offline-scan', '--skip-java-db-update', '--skip-check-update']));
  });

  test('lists what is in it without a database, in both formats', () => {
    const format = (name: 'cyclonedx' | 'spdx') =>
      after(sbomArgv(run, { kind: 'archive', path: '/a.tar' }, name, '/out'), '--format');
    expect([format('cyclonedx'), format('spdx')]).toEqual(['cyclonedx', 'spdx-json']);
  });

  test('fetches from one mirror at a time, or from its own', () => {
    expect(after(downloadArgv(run, 'r.example/db:2'), '--db-repository')).toBe('r.example/db:2');
    expect(after(scan({ kind: 'directory', path: '/tree' }), '--java-db-repository')).toBe('r.example/java:1');
    expect(downloadArgv(run, null)).not.toContain('--db-repository');
  });
});
