import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { imageRegistry } from '../../../src/adapters/registry/registry.ts';
import { attachedTo } from '../../../src/stages/documents.ts';
import { missing, needs } from '../../requirements.ts';
import { engineNeeds, needsEngine, openTestEngine, slowMs, type TestEngine } from './engine.ts';
import { openTestRegistry, type TestRegistry } from './registry.ts';
import { common, goodServer, openTiny, pageOn, type Tiny } from './tiny.ts';

const needsRegistry = needs(...engineNeeds, 'docker-registry');
const canRun = missing(engineNeeds) === null;

let staging: TestEngine;
let production: TestEngine;
let registry: TestRegistry | null = null;
let tiny: Tiny | null = null;
let ports: { readonly staging: number; readonly production: number };

beforeAll(async () => {
  if (!canRun) return;
  [staging, production] = await Promise.all([openTestEngine(), openTestEngine()]);
  await staging.base();
});
afterAll(async () => {
  if (canRun) await Promise.all([staging.close(), production.close()]);
});
afterEach(async () => {
  for (const env of ['staging', 'production']) {
    await tiny?.fairway(['down', '--yes', '--env', env]);
    await tiny?.fairway(['down', '--yes', '--env', env], elsewhere());
  }
  await tiny?.close();
  await registry?.close();
  [tiny, registry] = [null, null];
});

/** Another machine: nothing that Fairway remembers is there. */
const elsewhere = () => ({ FAIRWAY_STATE_DIR: join(tiny?.directory ?? '', 'state-elsewhere') });

async function begin(repository: string | null): Promise<Tiny> {
  ports = { staging: await nodePorts().free(), production: await nodePorts().free() };
  const registryLine = repository === null ? '' : `, registry: { repository: "${repository}" }`;
  const configuration = `${common}
build: { args: { BASE_IMAGE: env:BASE_IMAGE }${registryLine} }
image: { tags: ["type=semver,pattern={{major}}.{{minor}}", "type=sha"] }
environment: staging
environments:
  staging:
    target: { type: docker, agent: process, host: "${staging.host}" }
    proxy: { type: embedded, port: ${ports.staging} }
  production:
    target: { type: docker, agent: process, host: "${production.host}" }
    proxy: { type: embedded, port: ${ports.production} }
`;
  tiny = await openTiny(staging, configuration, goodServer('one'));
  return tiny;
}

const running = async (engine: TestEngine): Promise<string> =>
  await engine.docker('ps', '--format', '{{.Label "fairway.artifact"}}');

needsEngine(
  'what staging has proven comes to production by its digest, as an archive where no registry is',
  async () => {
    const app = await begin(null);
    const shipped = await app.fairway(['ship']);
    expect(shipped.document.code).toBe('RELEASED');
    // What is built from now on would be another image.
    await app.commit('feat: not meant for production', goodServer('two'));
    const deployed = await app.fairway(['deploy', '--env', 'production', '--release', 'v0.1.0']);

    expect(deployed.document.code).toBe('DEPLOYED');
    expect(deployed.document.stages.map(({ name }) => name)).toEqual(['artifact', 'deploy', 'smoke']);
    expect(deployed.document.result['artifact']).toBe(shipped.document.result['artifact']);
    expect(await pageOn(ports.production)).toBe('one');
    expect(await running(production)).toBe(await running(staging));
  },
  slowMs,
);

needsEngine(
  'a machine that remembers nothing still finds the image of a release on the engine of staging',
  async () => {
    const app = await begin(null);
    const shipped = await app.fairway(['ship']);
    const deployed = await app.fairway(['deploy', '--env', 'production', '--release', '0.1.0'], elsewhere());

    expect(deployed.document.code).toBe('DEPLOYED');
    expect(deployed.document.result['artifact']).toBe(shipped.document.result['artifact']);
  },
  slowMs,
);

needsEngine(
  'a release that has no tag here is not known, and those that are get named',
  async () => {
    const app = await begin(null);
    await app.fairway(['ship']);
    const { exitCode, document } = await app.fairway(['deploy', '--env', 'production', '--release', 'v9.9.9']);

    expect([exitCode, document.code]).toEqual([2, 'RELEASE_UNKNOWN']);
    expect(JSON.stringify(document.result['error'])).toContain('v0.1.0');
  },
  slowMs,
);

needsRegistry(
  'a released image is pushed before its tag, and fetched by its version from the registry',
  async () => {
    registry = await openTestRegistry();
    const repository = `${registry.address}/tiny`;
    const app = await begin(repository);
    const shipped = await app.fairway(['ship']);
    expect(shipped.document.code, JSON.stringify(shipped.document.result['error'])).toBe('RELEASED');
    const deployed = await app.fairway(['deploy', '--env', 'production', '--release', 'v0.1.0'], elsewhere());

    expect(deployed.document.code).toBe('DEPLOYED');
    expect(await running(production)).toBe(shipped.document.result['artifact']);
    const id = String(shipped.document.result['artifact']).replace('image:', '');
    const digests = '{{json .RepoDigests}}';
    expect(await production.docker('inspect', '-f', digests, id)).toBe(
      await staging.docker('inspect', '-f', digests, id),
    );
    expect(await production.docker('inspect', '-f', digests, id)).toContain(`${repository}@sha256:`);

    const commit = (await app.git('rev-parse', 'v0.1.0^{commit}')).slice(0, 7);
    const published = shipped.document.result['published'] as { readonly image: string; readonly tags: unknown };
    expect(published.tags).toEqual(['0.1', `sha-${commit}`, 'latest']);
    const images = imageRegistry({ http: nodeHttp(), clock: nodeClock(), login: async () => null });
    expect(await images.resolve(repository, 'latest')).toBe(published.image.split('@')[1]);
    // Beside it, where this machine has a scanner, hang the bills of materials.
    const attached = await attachedTo(published.image, { registry: images });
    expect(attached.map(({ annotations }) => annotations['org.opencontainers.image.version'])).toContain('0.1.0');
    const documents = attached.map(({ content }) => JSON.parse(content) as { readonly predicateType?: string });
    expect(documents.find(({ predicateType }) => predicateType === 'https://slsa.dev/provenance/v1')).toMatchObject({
      subject: [
        { name: repository, digest: { sha256: published.image.slice(-64) } },
        { digest: { sha256: id.slice(7) } },
      ],
    });
  },
  slowMs,
);

needsRegistry(
  'tags of a version are pushed after its promotion only: one that is rolled back leaves none',
  async () => {
    registry = await openTestRegistry();
    const repository = `${registry.address}/careful`;
    const tags = async (): Promise<readonly string[]> => {
      const answer = await fetch(`http://${registry?.address}/v2/careful/tags/list`);
      return answer.status === 404
        ? []
        : ((await answer.json()) as { readonly tags: readonly string[] }).tags.toSorted();
    };
    const app = await begin(repository);
    expect((await app.fairway(['ship'])).document.code).toBe('RELEASED');
    const before = await tags();
    expect(before).toEqual(expect.arrayContaining(['0.1', '0.1.0', 'latest']));
    const latest = async (): Promise<string | null> =>
      await imageRegistry({ http: nodeHttp(), clock: nodeClock(), login: async () => null }).resolve(
        repository,
        'latest',
      );
    const first = await latest();

    const failing = `${goodServer('two')}\nsetTimeout(() => process.exit(1), 700);`;
    await app.write('fairway.yml', readFileSync(join(app.directory, 'fairway.yml'), 'utf8').replace('300ms', '10s'));
    await app.commit('feat: another page', failing);
    const second = await app.fairway(['ship']);

    expect([second.exitCode, second.document.outcome]).toEqual([4, 'rolled-back']);
    expect(await tags()).toEqual(before);
    expect(await latest()).toBe(first);
    expect(await app.git('tag')).toBe('v0.1.0');
  },
  slowMs,
);

needsRegistry(
  'a version that somebody moved in the registry is not deployed',
  async () => {
    registry = await openTestRegistry();
    const repository = `${registry.address}/moved`;
    const app = await begin(repository);
    await app.fairway(['ship']);
    const other = await staging.build({ 'server.js': goodServer('evil') });
    await staging.docker('tag', other, `${repository}:0.1.0`);
    await staging.docker('push', '--quiet', `${repository}:0.1.0`);
    const { exitCode, document } = await app.fairway(
      ['deploy', '--env', 'production', '--release', 'v0.1.0'],
      elsewhere(),
    );

    expect([exitCode, document.code]).toEqual([6, 'IMAGE_CHANGED']);
    expect(await running(production)).toBe('');
  },
  slowMs,
);

needsRegistry(
  'a registry that is not there leaves the release untagged, and the next run publishes it',
  async () => {
    const gone = await openTestRegistry();
    const app = await begin(`${gone.address}/tiny`);
    await gone.close();
    const first = await app.fairway(['ship']);
    expect([first.exitCode, first.document.code]).toEqual([6, 'PUSH_FAILED']);
    expect(await pageOn(ports.staging)).toBe('one');
    expect(await app.git('tag')).toBe('');

    registry = await openTestRegistry(gone.address);
    const second = await app.fairway(['ship']);
    expect([second.exitCode, second.document.code]).toEqual([0, 'NOTHING_NEW']);
    expect(await app.git('tag')).toBe('v0.1.0');
    const tags = (await (await fetch(`http://${gone.address}/v2/tiny/tags/list`)).json()) as { readonly tags: unknown };
    expect(tags.tags).toEqual(expect.arrayContaining(['0.1.0', '0.1', 'latest']));
  },
  slowMs,
);
