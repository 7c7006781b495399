import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Makes a base image for `examples/shop` from what this machine has: the Node that runs this script with its
 * libraries, and busybox for a shell. For places without a registry of images. The last line is its name.
 */

const run = promisify(execFile);
const docker = process.env['FAIRWAY_DOCKER'] ?? 'docker';
const name = `fairway-example-base:node-${process.versions.node}`;
const timeout = 120_000;

async function onPath(program: string): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = await realpath(isAbsolute(program) ? program : join(folder, program)).catch(() => null);
    if (path !== null) return path;
  }
  throw new Error(
    `${program} is not on PATH: apt-get install ${program === 'busybox' ? 'busybox-static' : 'docker.io'}`,
  );
}

/** Absolute paths of the shared libraries that a program loads, the loader included; none when it is static. */
async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program]).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path ?? '');
}

async function put(file: string, root: string, path: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await copyFile(await realpath(file), join(root, path));
  await chmod(join(root, path), 0o755);
}

async function fill(root: string): Promise<void> {
  const busybox = await onPath('busybox');
  const programs = [
    { file: process.execPath, path: '/usr/local/bin/node' },
    { file: busybox, path: '/bin/busybox' },
  ];
  for (const { file, path } of programs) {
    await put(file, root, path);
    for (const library of await librariesOf(file)) await put(library, root, library);
  }
  const { stdout } = await run(busybox, ['--list']);
  for (const applet of stdout.trim().split('\n')) {
    if (applet !== 'busybox') await symlink('/bin/busybox', join(root, 'bin', applet));
  }
  await mkdir(join(root, 'etc/ssl/certs'), { recursive: true });
  await mkdir(join(root, 'home/node'), { recursive: true });
  await mkdir(join(root, 'tmp'));
  await chmod(join(root, 'tmp'), 0o1777);
  await writeFile(
    join(root, 'etc/passwd'),
    'root:x:0:0:root:/root:/bin/sh\nnode:x:1000:1000:node:/home/node:/bin/sh\n',
  );
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\n');
  await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  const certificates = await readFile('/etc/ssl/certs/ca-certificates.crt').catch(() => null);
  if (certificates !== null) await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), certificates);
}

const folder = await mkdtemp(join(tmpdir(), 'fairway-example-base-'));
try {
  await onPath(docker);
  const root = join(folder, 'root');
  await fill(root);
  // What was made belongs to root in the image, whoever makes it.
  const owner = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
  await run('tar', [...owner, '-C', root, '-cf', join(folder, 'root.tar'), '.'], { timeout });
  const changes = ['ENV PATH=/usr/local/bin:/bin:/usr/bin', 'CMD ["node"]'].flatMap((line) => ['--change', line]);
  await run(docker, ['import', ...changes, join(folder, 'root.tar'), name], { timeout });
  process.stdout.write(`${name}\n`);
} catch (error) {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  process.stderr.write(`${stderr?.trim() || message}\n`);
  process.exitCode = 6;
} finally {
  await rm(folder, { recursive: true, force: true });
}
