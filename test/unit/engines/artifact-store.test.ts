import { beforeEach, expect, test } from 'vitest';
import type { ArtifactStore } from '../../../src/engines/artifact-store.ts';
import { openArtifactStore } from '../../../src/engines/artifact-store.ts';
import type { FakeFiles } from '../../fakes/files.ts';
import { fakeFiles } from '../../fakes/files.ts';

let files: FakeFiles;
let store: ArtifactStore;
beforeEach(async () => {
  let count = 0;
  files = fakeFiles();
  await files.makeDirectory('/state/scratch');
  const scratch = (purpose: string): string => `/state/scratch/${(count += 1)}-${purpose}`;
  store = openArtifactStore({ stateDirectory: '/state', scratch }, files);
});

async function tree(content: Readonly<Record<string, string>>, root = '/build/tree'): Promise<string> {
  await files.remove(root);
  for (const [path, text] of Object.entries(content)) await files.writeAtomic(`${root}/${path}`, text);
  return root;
}

test('a tree is kept under its digest, with its manifest beside it, and is gone from where it was built', async () => {
  const { artifact, location, manifest } = await store.take(await tree({ 'bin/run': 'x' }));

  expect(location).toBe(`/state/artifacts/${artifact.slice('directory:sha256:'.length)}/tree`);
  expect(await files.readText(`${location}/bin/run`)).toBe('x');
  expect(manifest.map(({ path }) => path)).toEqual(['bin', 'bin/run']);
  expect(await files.exists('/build/tree')).toBe(false);
  expect(await files.list('/state/scratch')).toEqual([]);
});

test('the same content has the same digest, whatever the umask of whoever built it', async () => {
  const first = await store.take(await tree({ a: '1' }));
  const again = await tree({ a: '1' });
  await files.setMode(`${again}/a`, 0o600);
  const second = await store.take(again);

  expect(second.artifact).toBe(first.artifact);
  expect((await files.stat(`${second.location}/a`))?.mode).toBe(0o644);
  expect(await files.list('/state/artifacts')).toHaveLength(1);
});

test('what is kept is found again by its digest, and nothing else is', async () => {
  const taken = await store.take(await tree({ a: '1' }));

  expect(await store.find(taken.artifact)).toEqual(taken);
  expect(await store.find(`directory:sha256:${'0'.repeat(64)}`)).toBeNull();
  expect(await store.find('directory:sha256:../../etc')).toBeNull();
});

test('an artifact that nobody touched is verified', async () => {
  const taken = await store.take(await tree({ a: '1', b: '2' }));

  await expect(store.verify(taken)).resolves.toBeUndefined();
});

test('an artifact in which something was changed, added and removed is refused, and the paths are named', async () => {
  const taken = await store.take(await tree({ a: '1', b: '2' }));
  await files.writeAtomic(`${taken.location}/a`, 'changed');
  await files.writeAtomic(`${taken.location}/c`, 'new');
  await files.remove(`${taken.location}/b`);

  await expect(store.verify(taken)).rejects.toMatchObject({
    code: 'ARTIFACT_CHANGED',
    family: 'environment',
    message: `${taken.artifact} is not what was built any more: a was changed, b is missing, c was added`,
  });
});

test('a manifest that was changed together with the tree does not help', async () => {
  const taken = await store.take(await tree({ a: '1' }));
  await files.writeAtomic(`${taken.location}/a`, 'changed');
  const forged = await store.take(await tree({ a: 'changed' }));

  await expect(store.verify({ ...taken, manifest: forged.manifest })).rejects.toMatchObject({
    code: 'ARTIFACT_CHANGED',
  });
});

test('a kept artifact that was damaged is replaced when the same is built again', async () => {
  const taken = await store.take(await tree({ a: '1' }));
  await files.writeAtomic(`${taken.location}/a`, 'damaged');
  const again = await store.take(await tree({ a: '1' }));

  expect(await files.readText(`${again.location}/a`)).toBe('1');
  await expect(store.verify(again)).resolves.toBeUndefined();
});

test('a link that leads out of the tree is refused by name', async () => {
  const root = await tree({ a: '1' });
  files.link('/usr/bin/python3', `${root}/venv/bin/python`);

  await expect(store.take(root)).rejects.toMatchObject({
    code: 'ARTIFACT_LINK_OUTSIDE',
    family: 'gate',
    message: 'venv/bin/python is a link to /usr/bin/python3, outside of the release',
  });
  expect(await files.list('/state/artifacts')).toEqual([]);
});

test('a tree without a single file is refused', async () => {
  await files.makeDirectory('/build/tree/empty');

  await expect(store.take('/build/tree')).rejects.toMatchObject({ code: 'BUILD_OUTPUT_EMPTY', family: 'gate' });
});

test('pruning removes every artifact but the ones to keep', async () => {
  const one = await store.take(await tree({ a: '1' }));
  const two = await store.take(await tree({ a: '2' }));
  const three = await store.take(await tree({ a: '3' }));

  const gone = await store.prune([two.artifact]);

  expect([...gone].toSorted()).toEqual([one.artifact, three.artifact].toSorted());
  expect(await store.find(two.artifact)).toEqual(two);
  expect(await store.find(one.artifact)).toBeNull();
  expect(await store.prune([two.artifact])).toEqual([]);
});
