import { expect, test } from 'vitest';
import { identityOf } from '../../../../src/domain/scan/finding.ts';
import { readGrype } from '../../../../src/domain/scan/read-grype.ts';
import { readTrivy } from '../../../../src/domain/scan/read-trivy.ts';

const match = {
  vulnerability: {
    id: 'GHSA-aaaa-bbbb-cccc',
    severity: 'Negligible',
    fix: { versions: ['4.17.21'], state: 'fixed' },
    description: 'prototype pollution',
  },
  relatedVulnerabilities: [{ id: 'CVE-2026-1000' }],
  artifact: {
    name: 'lodash',
    version: '4.17.0',
    purl: 'pkg:npm/lodash@4.17.0',
    locations: [{ path: '/app/package-lock.json' }],
  },
};
const report = (matches: unknown) => JSON.stringify({ matches, descriptor: { name: 'grype', version: '0.100.0' } });

test('a match is a finding under its names, with its fixes', () => {
  expect(readGrype(report([match]))).toEqual({
    kind: 'read',
    findings: [
      {
        kind: 'vulnerability',
        id: 'GHSA-aaaa-bbbb-cccc',
        aliases: ['CVE-2026-1000'],
        severity: 'low',
        component: 'lodash',
        purl: 'pkg:npm/lodash',
        version: '4.17.0',
        fixedIn: ['4.17.21'],
        target: '/app/package-lock.json',
        line: null,
        published: null,
        title: 'prototype pollution',
      },
    ],
    suppressed: [],
    packages: null,
  });
});

test('a vulnerability that both scanners know is one, though each prefers another name', () => {
  const byTrivy = readTrivy(
    JSON.stringify({
      SchemaVersion: 2,
      ArtifactType: 'filesystem',
      Results: [
        {
          Target: 'package-lock.json',
          Vulnerabilities: [
            { VulnerabilityID: 'CVE-2026-1000', PkgName: 'lodash', PkgIdentifier: { PURL: 'pkg:npm/lodash@4.17.0' } },
          ],
        },
      ],
    }),
  );
  const byGrype = readGrype(report([match]));
  const names = [byTrivy, byGrype].map((read) => (read.kind === 'read' ? read.findings.map(identityOf) : []));
  expect(names[0]).toEqual(['vulnerability CVE-2026-1000 pkg:npm/lodash']);
  expect(names[1]).toEqual(names[0]);
});

test('no match at all is a clean scan', () => {
  expect(readGrype(report([]))).toEqual({ kind: 'read', findings: [], suppressed: [], packages: null });
});

test.each(['', 'panic: runtime error', '{}', '{"matches":[]}', '{"descriptor":{"name":"grype"}}'])(
  '%j is no report: neither pass nor findings',
  (text) => {
    expect(readGrype(text)).toMatchObject({ kind: 'unreadable' });
  },
);
