import { execFile } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { TestEngine } from './engine.ts';

const run = promisify(execFile);

export interface MachineImage {
  /** `postgres:machine` */
  readonly name: string;
  /** Programs with their libraries: where they are here, and where they belong. */
  readonly programs: Readonly<Record<string, string>>;
  /** Copied as they are. */
  readonly folders?: readonly string[];
  /** What starts: a script for a shell. */
  readonly entry: string;
  readonly user: string;
  /** More lines of what the image says of itself. */
  readonly changes?: readonly string[];
}

/** An image of a server made of what this machine has installed, for places without a registry of images. */
export async function machineImage(engine: TestEngine, image: MachineImage): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fairway-server-image-'));
  try {
    const root = join(folder, 'root');
    const busybox = (await run('which', ['busybox'])).stdout.trim();
    const programs = { ...image.programs, [busybox]: '/bin/busybox' };
    for (const [file, path] of Object.entries(programs)) {
      await put(file, root, path);
      for (const library of await librariesOf(file)) await put(library, root, library);
    }
    const { stdout } = await run(busybox, ['--list']);
    for (const applet of stdout.trim().split('\n')) {
      if (applet !== 'busybox') await symlink('/bin/busybox', join(root, 'bin', applet));
    }
    for (const path of image.folders ?? []) await cp(path, join(root, path), { recursive: true, dereference: true });
    await mkdir(join(root, 'etc'), { recursive: true });
    await mkdir(join(root, 'tmp'));
    await chmod(join(root, 'tmp'), 0o1777);
    await writeFile(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/sh\nserver:x:70:70:server:/tmp:/bin/sh\n');
    await writeFile(join(root, 'etc/group'), 'root:x:0:\nserver:x:70:\n');
    await writeFile(join(root, 'entry'), `#!/bin/sh\nset -e\n${image.entry}\n`, { mode: 0o755 });
    const tar = [
      '--sort=name',
      '--mtime=@0',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      '-C',
      root,
      '-cf',
      join(folder, 'root.tar'),
      '.',
    ];
    await run('tar', tar);
    const changes = [
      'ENV PATH=/usr/local/bin:/bin:/usr/bin',
      'ENTRYPOINT ["/entry"]',
      `USER ${image.user}`,
      ...(image.changes ?? []),
    ];
    await engine.docker(
      'import',
      ...changes.flatMap((line) => ['--change', line]),
      join(folder, 'root.tar'),
      image.name,
    );
    return image.name;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function librariesOf(program: string): Promise<readonly string[]> {
  const { stdout } = await run('ldd', [program]).catch(() => ({ stdout: '' }));
  return [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path]) => path ?? '');
}

async function put(file: string, root: string, path: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await copyFile(await realpath(file), join(root, path));
  await chmod(join(root, path), 0o755);
}
