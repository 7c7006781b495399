import { EnvironmentError } from '../../errors.ts';
import type { ContainerSpec } from '../../ports.ts';
import type { EngineHere, ProxyPorts } from '../proxy.ts';
import type { HaproxyFiles } from './layout.ts';
import { notStarted, pidOf } from './process.ts';
import { readDescription } from './program.ts';
import type { HaproxyRunner } from './runner.ts';
import type { HaproxyRuntime } from './runtime.ts';

const startWithinMs = 15_000;
const describeWithinMs = 30_000;
const lookMs = 20;
const logLines = 15;
const pullTimeoutMs = 300_000;
const endGraceMs = 1_000;

interface Where {
  readonly paths: HaproxyFiles;
  readonly runtime: HaproxyRuntime;
  readonly ports: ProxyPorts;
  readonly engine: EngineHere;
}

/**
 * HAProxy in a container that the engine starts again: its master takes another configuration by a signal, so that
 * what it has in flight goes on, and its socket lies in a folder that both of us see.
 */
export function haproxyAsContainer(image: string, port: number, where: Where): HaproxyRunner {
  const { paths, runtime, ports, engine } = where;
  const { containers } = engine;
  const name = `fairway-haproxy-${port}`;
  const view = async () => await containers.inspect(name);

  const awaitAnswer = async (isNew: (pid: number) => boolean): Promise<boolean> => {
    const { clock } = ports;
    const endsAt = clock.monotonicMs() + startWithinMs;
    for (;;) {
      const pid = await pidOf(paths, runtime);
      if (pid !== null && isNew(pid)) return true;
      if (clock.monotonicMs() > endsAt) return false;
      await clock.sleep(lookMs);
    }
  };

  return {
    async running() {
      if ((await view())?.isRunning !== true) return null;
      return {
        name: `container ${name}`,
        endedBy: `docker rm --force ${name}`,
        isProcess: () => true,
        async stop() {
          await containers.stop(name, endGraceMs);
          await containers.remove(name);
        },
      };
    },
    withLua: async () => readDescription(image, await describe(image, name, where)).withLua,
    async start(book) {
      const running = (await view())?.isRunning === true;
      if (running) {
        const former = await pidOf(paths, runtime);
        await containers.signal(name, 'SIGUSR2');
        if (await awaitAnswer((pid) => pid !== former)) return;
        throw await failed(name, 'did not take its new configuration', where);
      }
      await containers.remove(name);
      await ports.files.remove(paths.socket);
      const id = await containers.create({
        ...plain(name, await wanted(image, where), where),
        argv: ['-W', '-db', '-C', paths.folder, '-f', 'haproxy.cfg'],
        restart: 'always',
      });
      await containers.start(id);
      if (await awaitAnswer(() => true)) return;
      const why = await failed(name, `did not start on port ${port}`, where);
      await containers.remove(id);
      if (await ports.ports.isTaken(port)) throw await notStarted(book, where);
      throw why;
    },
  };
}

/** What `haproxy -vv` prints in a container of the image. */
async function describe(image: string, name: string, where: Where): Promise<string> {
  const { clock } = where.ports;
  const { containers } = where.engine;
  const about = `${name}-about`;
  await containers.remove(about);
  const id = await containers.create({
    ...plain(about, await wanted(image, where), where),
    argv: ['-vv'],
    restart: 'no',
  });
  try {
    await containers.start(id);
    const endsAt = clock.monotonicMs() + describeWithinMs;
    while ((await containers.inspect(id))?.isRunning === true && clock.monotonicMs() < endsAt)
      await clock.sleep(lookMs);
    return (await containers.logs(id, 100)).join('\n');
  } finally {
    await containers.remove(id);
  }
}

/** The id of the image; fetched when the engine does not have it. Throws EnvironmentError `IMAGE_MISSING`. */
async function wanted(image: string, { engine: { containers } }: Where): Promise<string> {
  const found = await containers.image(image);
  if (found !== null) return found.id;
  if (image.includes('@sha256:')) await containers.pull(image, pullTimeoutMs);
  const pulled = await containers.image(image);
  if (pulled !== null) return pulled.id;
  throw new EnvironmentError('IMAGE_MISSING', `the engine does not have ${image}, the image of HAProxy`, {
    hint: 'give proxy.image as repository@sha256:..., which the engine may fetch',
  });
}

function plain(name: string, image: string, { paths, engine }: Where): Omit<ContainerSpec, 'argv' | 'restart'> {
  return {
    name,
    image,
    entrypoint: ['haproxy'],
    env: {},
    labels: { 'fairway.proxy': 'haproxy' },
    // Releases are reached by ports of the host's loopback interface.
    network: 'host',
    publish: null,
    mounts: [engine.share(paths.folder)],
    // Its socket and its files are of whoever made them.
    user: engine.user,
    memoryBytes: null,
    cpus: null,
    maxProcesses: null,
    init: false,
  };
}

async function failed(name: string, what: string, { paths, engine }: Where): Promise<EnvironmentError> {
  const lines = await engine.containers.logs(name, logLines).catch(() => []);
  return new EnvironmentError('PROXY_NOT_STARTED', `HAProxy in ${name} ${what}; it said:\n${lines.join('\n')}`, {
    hint: `read: docker logs ${name}; its configuration is ${paths.config}`,
  });
}
