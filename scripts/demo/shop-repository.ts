import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const shop = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const run = promisify(execFile);

/** A scratch git repository with the shop in it; nothing in it knows where it came from. */
export interface ShopRepository {
  readonly directory: string;
  git(...args: readonly string[]): Promise<string>;
  /** Replace one piece of text that must be there exactly once. */
  edit(path: string, from: string, to: string): Promise<void>;
  write(path: string, content: string): Promise<void>;
  commit(message: string): Promise<void>;
  tags(): Promise<readonly string[]>;
}

/** Copy examples/shop into an empty folder, let it listen on `port` and hold each step for `holdMs`, and commit it. */
export async function createShopRepository(
  directory: string,
  settings: { readonly port: number; readonly holdMs: number },
): Promise<ShopRepository> {
  await cp(shop, directory, {
    recursive: true,
    filter: (source) => !/[\\/](node_modules|public)$/.test(source),
  });
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', args, { cwd: directory, timeout: 30_000, env: gitEnvironment() });
    return stdout.trim();
  };
  const repository: ShopRepository = {
    directory,
    git,
    async edit(path, from, to) {
      const file = join(directory, path);
      const text = await readFile(file, 'utf8');
      if (text.split(from).length !== 2) throw new Error(`${path}: expected exactly once: ${from}`);
      await writeFile(
        file,
        text.replace(from, () => to),
      );
    },
    write: (path, content) => writeFile(join(directory, path), content),
    async commit(message) {
      await git('add', '--all');
      await git('commit', '--quiet', '--message', message);
    },
    async tags() {
      const text = await git('tag', '--list');
      return text === '' ? [] : text.split('\n');
    },
  };
  await git('init', '--quiet', '--initial-branch=main');
  await git('config', 'user.name', 'Shop');
  await git('config', 'user.email', 'shop@shop.example');
  await repository.edit('fairway.yml', 'port: 8080', `port: ${settings.port}`);
  await repository.edit('fairway.yml', 'hold: 5s', `hold: ${settings.holdMs}ms`);
  await repository.commit('feat: the shop');
  return repository;
}

/** The user's own git settings (signing, hooks, templates) must not reach the scratch repository. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  return { ...Object.fromEntries(kept), GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
}
