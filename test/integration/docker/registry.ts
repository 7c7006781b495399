import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { eventually } from '../../fakes/running.ts';

export interface TestRegistry {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  close(): Promise<void>;
}

/** A registry of images on the loopback interface, which engines take without TLS. */
export async function openTestRegistry(at?: string): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-registry-'));
  const address = at ?? `127.0.0.1:${await nodePorts().free()}`;
  const config = { version: 0.1, storage: { filesystem: { rootdirectory: directory } }, http: { addr: address } };
  const file = join(directory, 'config.yml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify(config));
  const server = spawn('docker-registry', ['serve', file], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  await eventually(
    async () =>
      await fetch(`http://${address}/v2/`).then(
        ({ ok }) => ok,
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
