import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { openRepository } from '../../../src/adapters/git/repository.ts';
import type { Config } from '../../../src/config/schema.ts';
import { configSchema } from '../../../src/config/schema.ts';
import type { Repository } from '../../../src/ports.ts';

const run = promisify(execFile);

/** A git that no setting of this machine reaches. */
const env = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.invalid',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.invalid',
};

export interface Place {
  readonly directory: string;
  git(...args: string[]): Promise<string>;
  write(path: string, text: string): Promise<void>;
  read(path: string): Promise<string>;
  /** A commit that changes a file of its own. */
  commit(message: string): Promise<string>;
  open(): Promise<Repository>;
}

export interface Scene {
  /** A bare repository. */
  readonly remote: string;
  clone(...options: string[]): Promise<Place>;
  remoteGit(...args: string[]): Promise<string>;
  folder(name: string): Promise<string>;
  remove(): Promise<void>;
}

let files = 0;
let seconds = 1_767_225_600;

function place(directory: string): Place {
  const git = async (...args: string[]): Promise<string> => {
    seconds += 60;
    const date = `${seconds} +0000`;
    const { stdout } = await run('git', args, {
      cwd: directory,
      env: { ...env, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  };
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  };
  return {
    directory,
    git,
    write,
    read: async (path) => await readFile(join(directory, path), 'utf8'),
    async commit(message) {
      files += 1;
      await write(`file-${files}`, `${files}\n`);
      await git('add', '--all');
      await git('commit', '--quiet', '--message', message);
      return await git('rev-parse', 'HEAD');
    },
    open: async () => await openRepository(directory, process.env),
  };
}

/** A bare remote and clones of it, below one folder that `remove` takes away. */
export async function scene(): Promise<Scene> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'fairway-release-')));
  const remote = join(root, 'remote.git');
  await place(root).git('init', '--quiet', '--bare', '--initial-branch=main', remote);
  let clones = 0;
  return {
    remote,
    async clone(...options) {
      clones += 1;
      const directory = join(root, `clone-${clones}`);
      await place(root).git(
        'clone',
        '--quiet',
        ...options,
        options.some((o) => o.startsWith('--depth')) ? `file://${remote}` : remote,
        directory,
      );
      return place(directory);
    },
    remoteGit: async (...args) => await place(remote).git(...args),
    async folder(name) {
      const directory = join(root, name);
      await mkdir(directory, { recursive: true });
      return directory;
    },
    remove: async () => await rm(root, { recursive: true, force: true }),
  };
}

/** A project at v1.0.0 with one feature beyond it, pushed. */
export async function released(one: Scene): Promise<Place> {
  const work = await one.clone();
  await work.git('checkout', '--quiet', '-b', 'main');
  await work.write('package.json', '{\n  "name": "shop",\n  "version": "1.0.0"\n}\n');
  await work.commit('feat: first');
  await work.git('tag', 'v1.0.0');
  await work.commit('feat: search (#12)');
  await work.git('push', '--quiet', 'origin', 'main', 'v1.0.0');
  return work;
}

export const settingsWith = (release: Record<string, unknown> = {}): Config['release'] =>
  configSchema.parse({ app: 'shop', release }).release;
