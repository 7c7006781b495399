import { expect, test } from 'vitest';
import { configSchema } from '../../../src/config/schema.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import type { ImageRegistry, RunEvent, Scanner } from '../../../src/ports.ts';
import { publishArtifact, type PublishPorts } from '../../../src/stages/publish-artifact.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeFiles } from '../../fakes/files.ts';

const artifact = `image:sha256:${'ab'.repeat(32)}`;
const image = `registry.example/shop@sha256:${'cd'.repeat(32)}`;
const input = {
  config: configSchema.parse({
    app: 'shop',
    build: { run: 'npm ci', secrets: { npm: 'env:NPM_TOKEN' }, args: { BASE_IMAGE: 'node:24' } },
    image: { tags: ['type=semver,pattern={{version}}', 'type=semver,pattern={{major}}'] },
  }),
  source: { version: '1.4.0', commit: 'c0ffee', epochSeconds: 1_700_000_000 },
  artifact,
  tag: 'v1.4.0',
};

function world(options: { readonly hasScanner?: boolean; readonly hasRegistry?: boolean } = {}) {
  const { hasScanner = true, hasRegistry = true } = options;
  const notes: string[] = [];
  const attached: { artifactType: string; content: string; digest: string; annotations: Record<string, string> }[] = [];
  const moved: string[] = [];
  const kept: string[] = [];
  const files = fakeFiles();
  let runs = 0;
  const scanner: Scanner = {
    name: 'trivy',
    find: async () => (hasScanner ? { program: '/bin/trivy', version: '1' } : null),
    scan: async () => ({ kind: 'failed', code: 'SCANNER_FAILED', reason: 'not asked', hint: '' }),
    async sbom(_subject, format, { path }) {
      runs += 1;
      // A scanner writes the time and a random name into each of them.
      const own = {
        serialNumber: `urn:uuid:${runs}`,
        metadata: { timestamp: `2026-01-0${runs}T00:00:00Z`, tools: [] },
      };
      const spdx = {
        spdxVersion: 'SPDX-2.3',
        documentNamespace: `http://x/${runs}`,
        creationInfo: { created: `${runs}` },
      };
      await files.writeAtomic(path, JSON.stringify(format === 'spdx' ? spdx : { bomFormat: 'CycloneDX', ...own }));
      return { kind: 'written', path };
    },
  };
  const registry: ImageRegistry = {
    resolve: async () => null,
    tag: async (_image, tags) => void moved.push(...tags),
    async attach(_image, { artifactType, content, annotations }) {
      attached.push({ artifactType, content, digest: `sha256:${attached.length}`, annotations: { ...annotations } });
      return `sha256:${attached.length}`;
    },
    attachedTo: async () => attached,
    read: async (_image, { digest }) => attached.find((one) => one.digest === digest)?.content ?? null,
  };
  const built = { artifact, location: artifact.slice(6), sizeBytes: 1, normal: null };
  const engine = { name: 'docker', publish: async () => (hasRegistry ? image : null), find: async () => built };
  const ports: PublishPorts = {
    engine: engine as unknown as Engine,
    scanner,
    scans: { subjectOf: ({ location }) => ({ kind: 'image', reference: location, host: null }) },
    files,
    repository: { remoteUrl: async () => 'https://git.example/shop' },
    registry,
    builder: { id: 'https://ci.example/shop', invocation: 'https://ci.example/runs/7', version: '0.2.0' },
    reporter: { report: (event: RunEvent) => void (event.type === 'note' && notes.push(event.text)) },
    scratch: (purpose) => `/scratch/${purpose}`,
    clock: fakeClock(),
    async keepDocument(name) {
      kept.push(name);
      return `/documents/${name}`;
    },
  };
  return { ports, notes, attached, moved, kept };
}

test('a released image is tagged and carries its bills of materials and its provenance', async () => {
  const { ports, attached, moved, kept } = world();
  const published = await publishArtifact(input, ports);

  expect(attached.map(({ artifactType }) => artifactType)).toEqual([
    'application/vnd.cyclonedx+json',
    'application/spdx+json',
    'application/vnd.in-toto+json',
  ]);
  expect(kept).toEqual(['shop-1.4.0.cdx.json', 'shop-1.4.0.spdx.json', 'shop-1.4.0.intoto.jsonl']);
  expect(moved).toEqual(['1.4.0', '1', 'latest']);
  expect(published.documents.map(({ name }) => name)).toEqual(kept);
});

test('publishing again attaches nothing twice, and the documents are the same', async () => {
  const { ports, attached } = world();
  const first = await publishArtifact(input, ports);
  const second = await publishArtifact(input, ports);

  expect(attached).toHaveLength(3);
  expect(second.documents).toEqual(first.documents);
});

test('the provenance says who built what from what, and names secrets without their values', async () => {
  const { ports, attached } = world();
  await publishArtifact(input, ports);
  const statement: unknown = JSON.parse(attached.at(-1)?.content ?? '');

  expect(statement).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      { name: 'registry.example/shop', digest: { sha256: 'cd'.repeat(32) } },
      { name: 'shop 1.4.0', digest: { sha256: 'ab'.repeat(32) } },
    ],
    predicate: {
      buildDefinition: {
        externalParameters: {
          source: { uri: 'git+https://git.example/shop@c0ffee', digest: { gitCommit: 'c0ffee' } },
          args: { BASE_IMAGE: 'node:24' },
          secrets: ['npm'],
        },
      },
      runDetails: {
        builder: { id: 'https://ci.example/shop' },
        metadata: { invocationId: 'https://ci.example/runs/7' },
      },
    },
  });
});

test('without a scanner that is said plainly, and the provenance is still there', async () => {
  const { ports, notes, attached } = world({ hasScanner: false });
  await publishArtifact(input, ports);

  expect(notes).toContain('no bill of materials: trivy is not installed here');
  expect(attached.map(({ artifactType }) => artifactType)).toEqual(['application/vnd.in-toto+json']);
});

test('without a registry the documents are kept for the release, and nothing is tagged', async () => {
  const { ports, kept, moved, attached } = world({ hasRegistry: false });
  const published = await publishArtifact(input, ports);

  expect(published.image).toBeNull();
  expect(kept).toHaveLength(3);
  expect([moved, attached]).toEqual([[], []]);
});

test('a rule for tags that nobody understands is named with its place', async () => {
  const config = configSchema.parse({ app: 'shop', image: { tags: ['type=sha', 'type=sha,format=short,patern=x'] } });

  await expect(publishArtifact({ ...input, config }, world().ports)).rejects.toMatchObject({
    code: 'IMAGE_TAGS_INVALID',
    message: 'image.tags[1]: "patern" is not known for the type sha',
  });
});
