import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dockerContainers } from '../../../src/adapters/docker/containers.ts';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeDaemons } from '../../../src/adapters/node/daemons.ts';
import { nodeFiles } from '../../../src/adapters/node/files.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { directoryDigest } from '../../../src/domain/artifact/manifest.ts';
import { scanTree } from '../../../src/domain/artifact/scan.ts';
import type { ReleaseSpec } from '../../../src/domain/rollout/plan.ts';
import { baseEnvironment } from '../../../src/targets/base-environment.ts';
import { processTarget } from '../../../src/targets/process.ts';
import type { Instance, TargetPorts } from '../../../src/targets/target.ts';
import { eventually, isRunning, pidIn } from '../../fakes/running.ts';
import type { TargetBench } from './contract.ts';
import { commit, targetContract, web } from './contract.ts';
import { programs } from './programs.ts';

const files = nodeFiles();
const ports: TargetPorts = {
  files,
  daemons: nodeDaemons(),
  http: nodeHttp(),
  ports: nodePorts(),
  clock: nodeClock(),
  containers: dockerContainers(process.env),
  environment: baseEnvironment(process.env, dirname(process.execPath)),
};

interface ProcessBench extends TargetBench {
  readonly directory: string;
}

async function open(): Promise<ProcessBench> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway target '));
  return {
    directory,
    target: processTarget.create({ type: 'process' }, ports),
    context: { directory: join(directory, 'app') },
    artifact: async (version) => {
      const location = join(directory, 'store', version, 'tree');
      for (const [name, text] of Object.entries(programs(version))) {
        await mkdir(dirname(join(location, name)), { recursive: true });
        await writeFile(join(location, name), text);
      }
      const { manifest } = await scanTree(location, files);
      await writeFile(join(location, '../manifest.json'), JSON.stringify(manifest));
      return { artifact: directoryDigest(manifest), location };
    },
    close: async () => await rm(directory, { recursive: true, force: true }),
  };
}

targetContract('processes of this user', open);

describe('a process target', () => {
  let bench: ProcessBench;
  let spec: ReleaseSpec;
  const started: Instance[] = [];

  beforeEach(async () => {
    bench = await open();
    const made = await bench.artifact('1.4.0');
    const id = '1.4.0-3f2a91c';
    spec = { ...made, id, version: '1.4.0', commit, processes: [web], env: {}, secretNames: [] };
    await bench.target.prepare(spec, bench.context);
  });
  afterEach(async () => {
    for (const instance of started.splice(0)) await bench.target.stop(instance, 0);
    await bench.close();
  });

  async function start(process: Partial<typeof web>): Promise<Instance> {
    const instance = await bench.target.start(spec, { ...web, ...process }, {}, bench.context);
    started.push(instance);
    return instance;
  }
  const tree = (): string => join(bench.context.directory, 'releases', spec.id, 'tree');

  test('says which file of an artifact was changed', async () => {
    const changed = await bench.artifact('1.5.0');
    await writeFile(join(changed.location, 'nested/asset.css'), 'body { color: red }');
    const release = { ...spec, ...changed, id: '1.5.0-3f2a91c', version: '1.5.0' };

    await expect(bench.target.prepare(release, bench.context)).rejects.toThrow(/nested\/asset\.css was changed/);
    expect(await files.list(join(bench.context.directory, 'releases', release.id))).toEqual([]);
  });

  test('runs from a copy: what happens to the artifact afterwards does not reach it', async () => {
    await rm(join(bench.directory, 'store'), { recursive: true });
    await bench.target.prepare(spec, bench.context);

    expect(await readFile(join(tree(), 'nested/asset.css'), 'utf8')).toBe('body {}');
  });

  test('keeps a copy that its processes have written to', async () => {
    await writeFile(join(tree(), 'written.txt'), 'by the process');
    await bench.target.prepare(spec, bench.context);

    expect(await readFile(join(tree(), 'written.txt'), 'utf8')).toBe('by the process');
  });

  test('takes the artifact anew when the same name now means another one', async () => {
    const rebuilt = await bench.artifact('1.4.1');
    await bench.target.prepare({ ...spec, ...rebuilt }, bench.context);

    expect(await readFile(join(tree(), 'server.js'), 'utf8')).toContain('"1.4.1"');
  });

  test('starts over after a copy that a kill cut short', async () => {
    await rm(join(bench.context.directory, 'releases', spec.id, 'prepared.json'));
    await mkdir(`${tree()}.partial`);
    await writeFile(join(`${tree()}.partial`, 'half'), '');
    await bench.target.prepare(spec, bench.context);

    expect(await files.list(tree())).toEqual(['nested', 'noisy.js', 'server.js', 'worker.js']);
  });

  test('finds a process whose start was never told to anybody, because the one who started it was killed', async () => {
    const lost = await start({});
    const found = await bench.target.start(spec, web, {}, { ...bench.context });

    expect(found).toEqual(lost);
  });

  test('ends what an ended process left running before it starts it again', async () => {
    const parent = `require('node:child_process').spawn('sh', ['-c', 'echo $$ > child.pid; sleep 3600'])
      .on('spawn', () => setTimeout(() => process.exit(1), 200));`;
    await writeFile(join(tree(), 'parent.js'), parent);
    const first = await start({ argv: ['node', 'parent.js'], stopGraceMs: 500 });
    const child = await pidIn(join(tree(), 'child.pid'));
    await eventually(async () => !(await bench.target.isRunning(first)) || null);
    expect(isRunning(child)).toBe(true);
    await start({});

    expect(isRunning(child)).toBe(false);
  });

  test('puts a log that grew large aside when the process starts again', async () => {
    const first = await start({ argv: ['node', 'worker.js'], traffic: false });
    const log = first.logFile ?? '';
    await eventually(async () => (await bench.target.logs(first, 1)).length > 0 || null);
    await bench.target.stop(first, 1_000);
    await writeFile(log, 'x'.repeat(5 * 1024 * 1024));
    const second = await start({ argv: ['node', 'worker.js'], traffic: false });
    await eventually(async () => (await bench.target.logs(second, 1)).length > 0 || null);

    expect((await stat(`${log}.1`)).size).toBe(5 * 1024 * 1024);
    expect(await bench.target.logs(second, 5)).toEqual(['worker without a port']);
  });

  test('shows whole lines only, also of a log that is larger than what is read', async () => {
    const instance = await start({ argv: ['node', 'worker.js'], traffic: false });
    await bench.target.stop(instance, 0);
    await writeFile(instance.logFile ?? '', `${'a'.repeat(3_000)}\nlast\n`);

    expect(await bench.target.logs(instance, 2)).toEqual(['last']);
  });

  test('starts node as the one that runs Fairway, whatever PATH has', async () => {
    await writeFile(join(tree(), 'which.js'), 'console.log(process.execPath)');
    const instance = await start({ argv: ['node', 'which.js'], traffic: false });
    const [path] = await eventually(async () => {
      const lines = await bench.target.logs(instance, 1);
      return lines.length === 0 ? null : lines;
    });

    expect(path).toBe(process.execPath);
  });

  test('refuses a release whose name leads out of its folder', async () => {
    await expect(bench.target.discard('../other', bench.context)).rejects.toMatchObject({ code: 'BAD_RELEASE_ID' });
  });

  test('keeps what it writes from other users', async () => {
    const instance = await start({});
    const folder = dirname(dirname(instance.logFile ?? ''));

    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(instance.logFile ?? '')).mode & 0o777).toBe(0o600);
  });
});
