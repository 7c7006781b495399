import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import {
  access,
  chmod,
  copyFile,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** The program that becomes the agent. */
export interface AgentProgram {
  readonly version: string;
  /** The Node binary. */
  readonly node: string;
  /**
   * `dist/supervisor.js`: it, what its processes load and Node are copied into the state directory first.
   * A `supervisor.ts` (from a checkout) is started where it lies.
   */
  readonly entry: string;
  /** The whole environment of the agent; nothing else of the caller's reaches it. */
  readonly environment: Readonly<Record<string, string>>;
  /** How long it stays when it has nothing to keep up; default one minute. */
  readonly idleMs?: number;
}

export interface InstalledProgram {
  readonly node: string;
  readonly entry: string;
  readonly digest: string;
}

/** What runs beside the supervisor, from the same folder. */
const siblings = ['agent.js', 'proxy.js', 'relay.js'];
const keptBundles = 5;

/** A digest of the code that an agent of this program would run. */
export async function programDigest(program: AgentProgram): Promise<string> {
  if (program.entry.endsWith('.ts')) return 'source';
  const folder = dirname(program.entry);
  const hash = createHash('sha256');
  for (const file of await bundleFiles(program.entry)) {
    hash
      .update(`${relative(folder, file)}\0`)
      .update(await readFile(file))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 32);
}

/** Copy bundle and Node to folders named by their content, so that a removed checkout does not end what runs. */
export async function installProgram(directory: string, program: AgentProgram): Promise<InstalledProgram> {
  const digest = await programDigest(program);
  if (digest === 'source') return { node: program.node, entry: program.entry, digest };
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const node = await installNode(directory, program.node);
  const bundle = join(directory, `bundle-${digest}`);
  await whole(bundle, async (folder) => {
    const from = dirname(program.entry);
    for (const file of await bundleFiles(program.entry)) {
      const to = join(folder, relative(from, file));
      await mkdir(dirname(to), { recursive: true });
      await copyFile(file, to, constants.COPYFILE_FICLONE);
    }
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  });
  await prune(directory, bundle);
  return { node, entry: join(bundle, relative(dirname(program.entry), program.entry)), digest };
}

/** The entry, its siblings and every chunk that they import, sorted. */
export async function bundleFiles(entry: string): Promise<readonly string[]> {
  const folder = dirname(entry);
  const found = new Set([entry]);
  for (const sibling of siblings) {
    const path = join(folder, sibling);
    if (await isReadable(path)) found.add(path);
  }
  for (const file of found) {
    const text = await readFile(file, 'utf8');
    for (const [, specifier] of text.matchAll(/["'`](\.{1,2}\/[^"'`\n]{1,200}\.js)["'`]/g)) {
      const path = join(dirname(file), specifier ?? '');
      if (!relative(folder, path).startsWith('..') && (await isReadable(path))) found.add(path);
    }
  }
  return [...found].toSorted();
}

async function installNode(directory: string, node: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(node, { highWaterMark: 1024 * 1024 }), hash);
  const folder = join(directory, `node-${hash.digest('hex').slice(0, 32)}`);
  await whole(folder, async (fresh) => {
    const to = join(fresh, 'node');
    await link(node, to).catch(async () => {
      await copyFile(node, to, constants.COPYFILE_FICLONE);
      await chmod(to, 0o755);
    });
  });
  return join(folder, 'node');
}

/** Make a folder whole or not at all; one that is there stays, also when another process was faster. */
async function whole(folder: string, fill: (folder: string) => Promise<void>): Promise<void> {
  if (await isReadable(folder)) return;
  const fresh = await mkdtemp(`${folder}.`);
  try {
    await fill(fresh);
    await rename(fresh, folder);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    if (!(await isReadable(folder))) throw error;
  }
}

/** Keep the newest bundles: a proxy may still run from an older one. */
async function prune(directory: string, current: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('bundle-'));
  const aged = await Promise.all(
    names.map(async (name) => ({ path: join(directory, name), at: (await stat(join(directory, name))).mtimeMs })),
  );
  const old = aged.toSorted((a, b) => b.at - a.at).slice(keptBundles);
  for (const { path } of old) if (path !== current) await rm(path, { recursive: true, force: true });
}

async function isReadable(path: string): Promise<boolean> {
  return await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
