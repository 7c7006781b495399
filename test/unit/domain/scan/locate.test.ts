import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../src/domain/scan/finding.ts';
import { isSource, locate } from '../../../../src/domain/scan/locate.ts';

const finding = (more: Partial<Finding>): Finding => ({
  kind: 'vulnerability',
  id: 'CVE-2026-1000',
  aliases: [],
  severity: 'high',
  component: 'lodash',
  purl: 'pkg:npm/lodash',
  version: '4.17.0',
  fixedIn: [],
  target: 'Node.js',
  line: null,
  published: null,
  title: 'x',
  ...more,
});

const dockerfile = {
  path: 'Dockerfile',
  text: `FROM node:24 AS build
RUN apt-get install -y curl
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends libssl3 ca-certificates
COPY --from=build /app /app
`,
};
const npmLock = {
  path: 'package-lock.json',
  text: '{\n  "packages": {\n    "node_modules/lodash": {\n      "version": "4.17.0"\n    }\n  }\n}\n',
};
const goSum = { path: 'tools/go.sum', text: 'example.com/a v1.0.0 h1:x=\ngolang.org/x/net v0.1.0 h1:y=\n' };
const sources = [dockerfile, npmLock, goSum];
const at = (more: Partial<Finding>) => locate(finding(more), sources, 'Dockerfile');

describe('a finding stands beside the line that brings it', () => {
  test('a package of a language: where the lockfile pins it', () => {
    expect(at({})).toEqual({ path: 'package-lock.json', line: 3 });
    expect(at({ component: 'golang.org/x/net', purl: 'pkg:golang/golang.org/x/net', version: 'v0.1.0' })).toEqual({
      path: 'tools/go.sum',
      line: 2,
    });
  });

  test('a package of the system that is installed by name: that line of the last stage', () => {
    expect(at({ component: 'libssl3', purl: 'pkg:deb/debian/libssl3' })).toEqual({ path: 'Dockerfile', line: 4 });
  });

  test('a package of the base image: its FROM, not that of an earlier stage', () => {
    expect(at({ component: 'bash', purl: 'pkg:deb/debian/bash' })).toEqual({ path: 'Dockerfile', line: 3 });
    expect(at({ component: 'curl', purl: 'pkg:deb/debian/curl' })).toEqual({ path: 'Dockerfile', line: 3 });
  });

  test('a name that is part of another is not it, and signs in a name are only signs', () => {
    expect(at({ component: 'libssl', purl: 'pkg:deb/debian/libssl' })).toEqual({ path: 'Dockerfile', line: 3 });
    expect(at({ component: 'l.dash(', purl: 'pkg:npm/l.dash(' })).toEqual({ path: 'Dockerfile', line: 3 });
  });

  test('a secret: the line that the scanner names', () => {
    expect(at({ kind: 'secret', target: 'config/prod.env', line: 7 })).toEqual({ path: 'config/prod.env', line: 7 });
  });

  test('what has no place in the commit has none', () => {
    expect(locate(finding({}), [], 'Dockerfile')).toBe(null);
    expect(at({ kind: 'secret', target: '/etc/ssl/key.pem', line: 1 })).toBe(null);
    expect(at({ kind: 'licence', target: 'OS Packages' })).toBe(null);
  });
});

test('only lockfiles and Dockerfiles are read', () => {
  const names = [
    'package-lock.json',
    'api/uv.lock',
    'build/app.Dockerfile',
    'Dockerfile.dev',
    'src/index.ts',
    'README.md',
  ];
  expect(names.filter((name) => isSource(name, 'Dockerfile'))).toEqual(names.slice(0, 4));
  expect(isSource('ops/Containerfile', 'ops/Containerfile')).toBe(true);
});
