import { expect, test } from 'vitest';
import { withoutVersion } from '../../../../src/domain/scan/finding.ts';
import { readTrivy } from '../../../../src/domain/scan/read-trivy.ts';

const report = (results?: readonly unknown[]) =>
  JSON.stringify({
    SchemaVersion: 2,
    ArtifactName: 'shop',
    ArtifactType: 'container_image',
    ...(results === undefined ? {} : { Results: results }),
  });

test('a clean scan has no results at all and is read as clean', () => {
  expect(readTrivy(report())).toEqual({ kind: 'read', findings: [], suppressed: [], packages: 0 });
});

test('a vulnerability is read with its package, versions and fixes', () => {
  const one = {
    VulnerabilityID: 'CVE-2026-1000',
    VendorIDs: ['GHSA-x'],
    PkgName: 'lodash',
    PkgIdentifier: { PURL: 'pkg:npm/lodash@4.17.0' },
    InstalledVersion: '4.17.0',
    FixedVersion: '4.17.21, 5.0.0',
    Severity: 'HIGH',
    Title: 'prototype pollution',
  };
  expect(readTrivy(report([{ Target: 'package-lock.json', Vulnerabilities: [one] }]))).toEqual({
    kind: 'read',
    findings: [
      {
        kind: 'vulnerability',
        id: 'CVE-2026-1000',
        aliases: ['GHSA-x'],
        severity: 'high',
        component: 'lodash',
        purl: 'pkg:npm/lodash',
        version: '4.17.0',
        fixedIn: ['4.17.21', '5.0.0'],
        target: 'package-lock.json',
        line: null,
        published: null,
        title: 'prototype pollution',
      },
    ],
    suppressed: [],
    packages: 0,
  });
});

test('secrets, failed rules of configuration and licences are findings of their own kind; passed rules are none', () => {
  const results = [
    {
      Target: '.env',
      Secrets: [{ RuleID: 'aws-access-key-id', Severity: 'CRITICAL', Title: 'AWS key', Match: '****', StartLine: 2 }],
    },
    {
      Target: 'Dockerfile',
      Misconfigurations: [
        { ID: 'DS002', Status: 'FAIL', Severity: 'HIGH', Title: 'root user', CauseMetadata: { StartLine: 4 } },
        { ID: 'DS001', Status: 'PASS', Severity: 'MEDIUM', Title: 'latest' },
      ],
    },
    { Target: 'OS', Licenses: [{ Name: 'AGPL-3.0', Category: 'forbidden', Severity: 'CRITICAL', PkgName: 'tool' }] },
  ];
  const read = readTrivy(report(results));
  expect(
    read.kind === 'read' && read.findings.map(({ kind, id, component, line }) => [kind, id, component, line]),
  ).toEqual([
    ['secret', 'aws-access-key-id', '.env', 2],
    ['misconfiguration', 'DS002', 'Dockerfile', 4],
    ['licence', 'AGPL-3.0', 'tool', null],
  ]);
});

test.each([
  ['', 'the scanner wrote no JSON (0 characters)'],
  ['FATAL: no such image', 'the scanner wrote no JSON (20 characters)'],
  ['{}', 'the scanner wrote JSON that is no report of schema version 2'],
  ['null', 'the scanner wrote JSON that is no report of schema version 2'],
  [
    '{"SchemaVersion":2,"ArtifactType":"x","Results":"none"}',
    'the scanner wrote a report with something else where its lists are',
  ],
  [
    '{"SchemaVersion":2,"ArtifactType":"x","Results":[{"Vulnerabilities":{"a":1}}]}',
    'the scanner wrote a report with something else where its lists are',
  ],
  ['{"SchemaVersion":1,"ArtifactType":"x"}', 'the scanner wrote JSON that is no report of schema version 2'],
])('%j is no report: neither pass nor findings', (text, reason) => {
  expect(readTrivy(text)).toEqual({ kind: 'unreadable', reason });
});

test.each([
  ['pkg:npm/%40scope/name@1.0.0', 'pkg:npm/%40scope/name'],
  ['pkg:deb/debian/openssl@3.0.1-1?arch=amd64&distro=debian-12', 'pkg:deb/debian/openssl'],
  ['pkg:golang/example.org/a/b@v1.2.3#sub', 'pkg:golang/example.org/a/b'],
  ['', ''],
])('%s without its version is %s', (purl, expected) => {
  expect(withoutVersion(purl)).toBe(expected);
});
