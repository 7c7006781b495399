import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { eventually } from '../../fakes/running.ts';

export interface TestRegistry {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  close(): Promise<void>;
}

export interface TestLogin {
  readonly user: string;
  readonly password: string;
}

/** A registry of images on the loopback interface, which engines take without TLS; for everybody, or one user. */
export async function openTestRegistry(at?: string, login?: TestLogin): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-registry-'));
  const address = at ?? `127.0.0.1:${await nodePorts().free()}`;
  const users = join(directory, 'users');
  if (login !== undefined) await promisify(execFile)('htpasswd', ['-Bbc', users, login.user, login.password]);
  const config = {
    version: 0.1,
    storage: { filesystem: { rootdirectory: directory } },
    http: { addr: address },
    ...(login === undefined ? {} : { auth: { htpasswd: { realm: 'test', path: users } } }),
  };
  const file = join(directory, 'config.yml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config));
  const server = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await eventually(
    async () =>
      await fetch(`http://${address}/v2/`).then(
        ({ status }) => status === (login === undefined ? 200 : 401) || null,
        () => null,
      ),
  );
  return {
    address,
    async close() {
      server.kill();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
