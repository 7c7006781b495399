import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { eventually, isRunning } from '../../fakes/running.ts';
import { needs } from '../../requirements.ts';

/** `test` for what needs an engine of its own, and images made from what the machine has. */
export const engineNeeds = ['dockerd', 'docker', 'busybox', 'ip'] as const;
export const needsEngine = needs(...engineNeeds);

/** For whole commands on a busy machine. */
export const slowMs = 180_000;

export interface TestEngine {
  /** As DOCKER_HOST writes it. */
  readonly host: string;
  readonly directory: string;
  /** A command of the docker command line; answers what it printed. */
  docker(...argv: readonly string[]): Promise<string>;
  /** A base image with Node and a shell; made once. */
  base(): Promise<string>;
  /** An image from files below `/app`, on the base; answers its id. More lines of its Dockerfile come last. */
  build(files: Readonly<Record<string, string>>, lines?: readonly string[]): Promise<string>;
  /** End the engine as an operator would, and start it again on what it kept. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

/**
 * A Docker engine with its own socket, images and containers, ended by `close`.
 *
 * It has a bridge of its own and leaves the packet filter of the machine alone: several of them, and the machine's
 * own engine, run side by side.
 */
export async function openTestEngine(): Promise<TestEngine> {
  await sweep();
  const directory = await mkdtemp(join(tmpdir(), 'fwd-'));
  await writeFile(join(directory, 'owner'), String(process.pid));
  const host = `unix://${directory}/s`;
  const env = { ...process.env, DOCKER_HOST: host, DOCKER_CONFIG: join(directory, 'config') };
  const docker = async (...argv: readonly string[]): Promise<string> =>
    (await run('docker', argv, { env, timeout: 60_000 })).stdout.trim();
  const bridge = await makeBridge(directory);
  let daemon = await start(directory, bridge, docker);
  let base: Promise<string> | null = null;
  let builds = 0;

  const makeBase = async (): Promise<string> => {
    const script = join(root, 'scripts/example-base.ts');
    const { stdout } = await run(process.execPath, [script], { env, timeout: 60_000 });
    return stdout.trim().split('\n').at(-1) ?? '';
  };

  return {
    host,
    directory,
    docker,
    base: async () => await (base ??= makeBase()),
    async build(files, lines = []) {
      base ??= makeBase();
      builds += 1;
      const context = await mkdtemp(join(directory, 'build-'));
      for (const [name, text] of Object.entries(files)) await writeFile(join(context, name), text);
      const dockerfile = [`FROM ${await base}`, 'WORKDIR /app', 'COPY . .', ...lines].join('\n');
      await writeFile(join(context, 'Dockerfile'), dockerfile);
      await run('docker', ['build', '-q', '-t', `test:${builds}`, context], {
        env: { ...env, DOCKER_BUILDKIT: '0' },
        timeout: 60_000,
      });
      return await docker('image', 'inspect', '--format', '{{.Id}}', `test:${builds}`);
    },
    async restart() {
      await end(daemon);
      daemon = await start(directory, bridge, docker);
    },
    async close() {
      const ids = (await docker('ps', '-aq')).split('\n').filter((id) => id !== '');
      if (ids.length > 0) await docker('rm', '--force', '--volumes', ...ids);
      await docker('network', 'prune', '--force');
      await end(daemon);
      await putAway(directory);
    },
  };
}

/** Without one the engine would take the machine's `docker0`, and without any it would delete that. */
async function makeBridge(directory: string): Promise<string> {
  const bridge = bridgeOf(directory);
  await run('ip', ['link', 'add', bridge, 'type', 'bridge']);
  const [third, fourth] = [process.pid % 256, Math.floor(process.pid / 256) % 256];
  await run('ip', ['addr', 'add', `10.${third}.${fourth}.1/24`, 'dev', bridge]);
  await run('ip', ['link', 'set', bridge, 'up']);
  return bridge;
}

async function start(
  directory: string,
  bridge: string,
  docker: (...argv: string[]) => Promise<string>,
): Promise<ChildProcess> {
  const log = await open(join(directory, 'log'), 'a');
  const daemon = spawn(
    // It ends with us, also when we are killed.
    'setpriv',
    `--pdeathsig TERM -- dockerd --data-root ${directory}/data --exec-root ${directory}/exec --pidfile ${directory}/pid --host unix://${directory}/s
      --iptables=false --ip6tables=false --bridge=${bridge} --shutdown-timeout=5`.split(/\s+/),
    { stdio: ['ignore', log.fd, log.fd] },
  );
  await log.close();
  await eventually(async () => {
    if (daemon.exitCode !== null) throw new Error(await readFile(join(directory, 'log'), 'utf8'));
    return await docker('version').then(
      () => true,
      () => null,
    );
  });
  return daemon;
}

/** What test runs left that were killed; their engines ended with them. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const directory = join(tmpdir(), name);
    const owner = name.startsWith('fwd-') ? await readFile(join(directory, 'owner'), 'utf8').catch(() => null) : null;
    if (owner !== null && owner !== '' && !isRunning(Number(owner))) await putAway(directory).catch(() => undefined);
  }
}

async function putAway(directory: string): Promise<void> {
  await unmount(directory);
  await run('ip', ['link', 'delete', bridgeOf(directory)]).catch(() => undefined);
  await rm(directory, { recursive: true, force: true });
}

const bridgeOf = (directory: string): string => `fw${directory.slice(-6)}`;

/** The engine leaves the namespace of the host mounted in its folder. */
async function unmount(directory: string): Promise<void> {
  const mounts = (await readFile('/proc/mounts', 'utf8')).split('\n').map((line) => line.split(' ')[1] ?? '');
  const own = mounts.filter((path) => path.startsWith(`${directory}/`)).toReversed();
  for (const path of own) await run('umount', ['--lazy', path]);
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null) return;
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  daemon.kill('SIGTERM');
  await ended;
}
