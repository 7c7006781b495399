import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { imageRegistry } from '../../../src/adapters/registry/registry.ts';
import { openFakeRegistry } from '../../fakes/registry.ts';
import { tinyImage } from '../../harness/trivy/image.ts';
import { needs } from '../../requirements.ts';
import { configuration, openShop } from './shop.ts';

needs('git', 'trivy')(
  'in a job that remembers nothing, the SBOM that hangs on the released image is compared with',
  async () => {
    const fake = await openFakeRegistry();
    using shop = openShop();
    try {
      const repository = `${fake.address}/shop`;
      shop.write('fairway.yml', `${configuration()}build: { registry: { repository: '${repository}' } }\n`);
      shop.commit('feat: a registry');
      shop.git('tag', 'v1.0.0');
      const made = (name: string, packages: readonly string[]): string => {
        mkdirSync(join(shop.cache, name), { recursive: true });
        return tinyImage(join(shop.cache, name), packages).saved;
      };
      shop.database([
        { id: 'CVE-2026-0010', ecosystem: 'debian 12', package: 'openssl', severity: 'HIGH' },
        { id: 'CVE-2026-0011', ecosystem: 'debian 12', package: 'bash', severity: 'HIGH' },
      ]);
      const next = made('next', ['openssl=3.0', 'bash=5.2']);
      shop.write('notes.md', 'more');
      shop.commit('feat: more');
      const alone = await shop.scan(['image', next, '--offline']);
      expect(alone.scan?.base).toEqual({ from: null, why: `${repository} has no image of 1.0.0` });

      const bill = join(shop.cache, 'bill.cdx.json');
      await shop.scan(['image', made('last', ['openssl=3.0']), '--offline', '--sbom', bill]);
      const registry = imageRegistry({ http: nodeHttp(), clock: nodeClock(), login: async () => null });
      const image = `${repository}@${await pushEmptyImage(fake.address, '1.0.0')}`;
      const artifactType = 'application/vnd.cyclonedx+json';
      await registry.attach(image, { artifactType, annotations: {}, content: readFileSync(bill, 'utf8') });

      const { scan } = await shop.scan(['image', next, '--offline']);
      expect(scan?.base.from).toBe(`the SBOM attached to ${image}`);
      expect(scan?.findings.map(({ id, since }) => [id, since])).toEqual([
        ['CVE-2026-0011', 'introduced'],
        ['CVE-2026-0010', 'disclosed'],
      ]);
    } finally {
      await fake.close();
    }
  },
);

/** A manifest of an image without layers under a tag; answers its digest. */
async function pushEmptyImage(address: string, tag: string): Promise<string> {
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: `sha256:${'0'.repeat(64)}`, size: 2 };
  const answer = await fetch(`http://${address}/v2/shop/manifests/${tag}`, {
    method: 'PUT',
    headers: { 'content-type': type },
    body: JSON.stringify({ schemaVersion: 2, mediaType: type, config, layers: [] }),
  });
  const digest = answer.headers.get('docker-content-digest');
  if (digest === null) throw new Error(`the registry says ${answer.status}`);
  return digest;
}
