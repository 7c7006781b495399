import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { EnvironmentError } from '../../errors.ts';
import type { Argv, Containers, Exec } from '../../ports.ts';
import type { DockerCommand } from '../docker/connections.ts';
import { machineImageName, makeMachineImage } from '../docker/machine-image.ts';
import { digestLabel, insideBundle } from './container-place.ts';
import { type AgentProgram, bundleFiles, programDigest } from './runtime.ts';

export interface ImagePorts {
  readonly containers: Containers;
  readonly exec: Exec;
  readonly docker: DockerCommand;
  /** `--host` and the engine, or nothing for the default one. */
  readonly where: readonly string[];
  readonly scratch: (purpose: string) => string;
  /** What this machine is, as images call it: `linux/amd64`. */
  readonly machine: string;
}

const buildTimeoutMs = 600_000;
const keptImages = 2;

/**
 * The image of the agent for one engine: our bundle on a Node; answers its id. Made once per bundle and engine.
 *
 * `base` null: the Node that runs this, where the engine runs the same kind of machine, else the official image of
 * the same version. Throws EnvironmentError `AGENT_IMAGE_NOT_BUILT`, `IMAGE_NOT_MADE`.
 */
export async function agentImage(program: AgentProgram, base: string | null, ports: ImagePorts): Promise<string> {
  const { containers } = ports;
  const digest = await programDigest(program);
  const found = await baseOf(program, base, ports);
  const name = `fairway/agent:${digest.slice(0, 16)}`;
  const former = await containers.image(name);
  if (former !== null && former.labels['fairway.base'] === found) return former.id;
  await build(program, name, { [digestLabel]: digest, 'fairway.base': found }, found, ports);
  const made = await containers.image(name);
  if (made === null) throw notBuilt(`the engine does not have ${name}`);
  await forgetOlder(name, containers);
  return made.id;
}

async function baseOf(program: AgentProgram, base: string | null, ports: ImagePorts): Promise<string> {
  if (base !== null) return base;
  const { architecture } = await ports.containers.engine();
  if (ports.machine !== `linux/${architecture}`) return `node:${process.versions.node}-slim`;
  const node = [{ file: program.node, path: '/usr/local/bin/node' }];
  const name = await machineImageName('node', node);
  if ((await ports.containers.image(name)) === null) await makeMachineImage(name, node, ports.where, ports.docker);
  return name;
}

/** Put in and committed, not built: every command line can do that, whatever builders it has. */
async function build(
  program: AgentProgram,
  name: string,
  labels: Readonly<Record<string, string>>,
  base: string,
  { exec, docker, where, scratch }: ImagePorts,
): Promise<void> {
  const folder = scratch('agent-image');
  const bundle = join(folder, insideBundle);
  const from = dirname(program.entry);
  const run = async (...args: readonly string[]): Promise<string> => {
    const argv: Argv = [docker.program, ...where, ...args];
    const { exitCode, stdout, stderr } = await exec.run({ argv, env: docker.env, timeoutMs: buildTimeoutMs });
    if (exitCode !== 0) throw notBuilt(stderr.trim().split('\n').slice(-3).join('\n'));
    return stdout.trim().split('\n').at(-1) ?? '';
  };
  let container: string | null = null;
  try {
    for (const file of await bundleFiles(program.entry)) {
      const to = join(bundle, relative(from, file));
      await mkdir(dirname(to), { recursive: true });
      await copyFile(file, to);
    }
    await writeFile(join(bundle, 'package.json'), '{ "type": "module" }\n');
    container = await run('create', '--entrypoint', 'node', base, 'none');
    await run('cp', `${folder}/.`, `${container}:/`);
    const changes = Object.entries(labels).flatMap(([label, value]) => ['--change', `LABEL ${label}="${value}"`]);
    await run('commit', ...changes, container, name);
  } finally {
    await rm(folder, { recursive: true, force: true });
    if (container !== null) await run('rm', '--force', container);
  }
}

/** Those of agents before the last one. */
async function forgetOlder(current: string, containers: Containers): Promise<void> {
  const all = (await containers.images({ [digestLabel]: null })).flatMap(({ tags }) => tags);
  const others = all.filter((tag) => tag.startsWith('fairway/agent:') && tag !== current);
  for (const tag of others.slice(keptImages - 1)) await containers.untag(tag);
}

function notBuilt(why: string): EnvironmentError {
  return new EnvironmentError('AGENT_IMAGE_NOT_BUILT', `the image of the agent could not be made: ${why}`, {
    hint: 'Name an image with Node 24 that the engine has or may fetch: target.agentImage.',
  });
}
