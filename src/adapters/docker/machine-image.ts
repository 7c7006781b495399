import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { EnvironmentError } from '../../errors.ts';
import type { DockerCommand } from './connections.ts';

const run = promisify(execFile);
const importTimeoutMs = 300_000;

/** A program of this machine, and where it lies in the image. */
export interface Carried {
  readonly file: string;
  readonly path: string;
}

/**
 * The name of an image with programs of this machine and the libraries that they load; by their content, so that the
 * same programs give the same name.
 */
export async function machineImageName(purpose: string, programs: readonly Carried[]): Promise<string> {
  const hash = createHash('sha256');
  for (const { file, path } of programs) {
    const { size, mtimeMs } = await stat(file);
    hash.update(`${path}\0${size}\0${mtimeMs}\0${(await librariesOf(file)).join('\0')}\0`);
  }
  return `fairway/${purpose}:${hash.digest('hex').slice(0, 16)}`;
}

/**
 * Make that image on an engine, which must run the same kind of machine as this one. Throws EnvironmentError
 * `IMAGE_NOT_MADE`.
 */
export async function makeMachineImage(
  name: string,
  programs: readonly Carried[],
  where: readonly string[],
  { program, env }: DockerCommand,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'fairway-image-'));
  try {
    const root = join(folder, 'root');
    await mkdir(join(root, 'tmp'), { recursive: true });
    await chmod(join(root, 'tmp'), 0o1777);
    await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
    const certificates = await readFile('/etc/ssl/certs/ca-certificates.crt').catch(() => null);
    if (certificates !== null) await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), certificates);
    await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
    await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
    for (const carried of programs) await carry(carried, root);
    // What was made belongs to root in the image, whoever makes it.
    const owner = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
    const archive = join(folder, 'root.tar');
    await run('tar', [...owner, '-C', root, '-cf', archive, '.'], { timeout: importTimeoutMs });
    const path = ['--change', 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'];
    await run(program, [...where, 'import', ...path, archive, name], { env, timeout: importTimeoutMs });
  } catch (cause) {
    const { stderr, message } = cause as { readonly stderr?: string; readonly message: string };
    throw new EnvironmentError(
      'IMAGE_NOT_MADE',
      `no image could be made of programs of this machine: ${stderr?.trim() || message}`,
      { hint: 'Name an image instead: target.agentImage for the agent, proxy.image for HAProxy.', cause },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function carry({ file, path }: Carried, root: string): Promise<void> {
  await put(file, root, path);
  for (const library of await librariesOf(file)) await put(library, root, library);
}

async function put(file: string, root: string, path: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await copyFile(await realpath(file), join(root, path));
  await chmod(join(root, path), 0o755);
}

/** Absolute paths of the shared libraries that a program loads, the loader included; none when it is static. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program]).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path ?? '');
}
