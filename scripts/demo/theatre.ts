import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningLoad, startLoad } from '../../test/load/load.ts';
import { type Fairway, createFairway } from './fairway.ts';
import { type Leftover, endLeftovers, leftovers } from './leftovers.ts';
import { mix } from './mix.ts';
import type { Scene, SceneResult, Seen } from './scenes.ts';
import { type ShopRepository, createShopRepository } from './shop-repository.ts';

/** How long users are watched after a run: at 200 requests/s, 100 of them. */
const afterwardsMs = 500;

/** A scratch repository, a state directory, a port and a load: everything that scenes need, and nothing of the user's. */
export interface Theatre {
  readonly directory: string;
  readonly url: string;
  readonly shop: ShopRepository;
  readonly fairway: Fairway;
  play(scene: Scene, onLine?: (line: string) => void): Promise<SceneResult>;
  /** End all that was started and remove the folder; answers what did not end by itself. Fine to call twice. */
  close(): Promise<readonly Leftover[]>;
}

export interface TheatreSettings {
  readonly holdMs: number;
  readonly requestsPerSecond: number;
  readonly color: boolean;
  readonly cacheDirectory?: string;
}

export async function openTheatre(settings: TheatreSettings): Promise<Theatre> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-demo-'));
  const shopDirectory = join(directory, 'the shop');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let shop: ShopRepository;
  try {
    await mkdir(shopDirectory);
    shop = await createShopRepository(shopDirectory, { port, holdMs: settings.holdMs });
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
  const fairway = createFairway({
    directory: shopDirectory,
    stateDirectory: join(directory, 'state'),
    color: settings.color,
    ...(settings.cacheDirectory === undefined ? {} : { cacheDirectory: settings.cacheDirectory }),
  });
  let load: RunningLoad | null = null;

  return {
    directory,
    url,
    shop,
    fairway,

    async play(scene, onLine) {
      await scene.prepare(shop);
      // Nothing answers before the first deploy, so the load begins after it.
      const before = seenBy(load);
      const ended = await fairway.run(['ship'], onLine === undefined ? {} : { onLine });
      const atEnd = seenBy(load);
      load ??= ended.exitCode === 0 ? startLoad({ url, requestsPerSecond: settings.requestsPerSecond, mix }) : null;
      await sleep(afterwardsMs);
      return {
        ended,
        during: between(before, atEnd),
        after: between(atEnd, seenBy(load)),
        tags: await shop.tags(),
        changelog: await readFile(join(shopDirectory, 'CHANGELOG.md'), 'utf8').catch(() => ''),
        ...(await ask(url)),
      };
    },

    async close() {
      await load?.stop();
      load = null;
      if (existsSync(shopDirectory)) await fairway.run(['down', '--yes'], { timeoutMs: 30_000 });
      for (let tries = 0; tries < 20 && leftovers(directory).length > 0; tries += 1) await sleep(100);
      const found = endLeftovers(directory);
      await rm(directory, { recursive: true, force: true, maxRetries: 3 });
      return found;
    },
  };
}

function seenBy(load: RunningLoad | null): Seen {
  return load === null ? { requests: 0, failed: 0 } : load.snapshot();
}

const between = (from: Seen, to: Seen): Seen => ({
  requests: to.requests - from.requests,
  failed: to.failed - from.failed,
});

async function ask(url: string): Promise<Pick<SceneResult, 'serves' | 'products'>> {
  const get = async (path: string): Promise<unknown> =>
    (await fetch(`${url}${path}`, { signal: AbortSignal.timeout(5_000) })).json();
  try {
    const health = (await get('/health')) as { readonly version: string };
    const list = (await get('/api/products')) as Pick<SceneResult, 'products'>;
    return { serves: health.version, products: list.products };
  } catch (error) {
    return { serves: `nothing (${error instanceof Error ? error.message : String(error)})`, products: [] };
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
