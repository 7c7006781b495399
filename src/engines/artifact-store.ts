import { strayLinks } from '../domain/artifact/links.ts';
import type { Manifest } from '../domain/artifact/manifest.ts';
import { differences, digestHex, directoryDigest } from '../domain/artifact/manifest.ts';
import { scanTree } from '../domain/artifact/scan.ts';
import { EnvironmentError, GateFailed } from '../errors.ts';
import type { Files } from '../ports.ts';
import type { BuiltDirectory } from './engine.ts';

/** Artifacts under their digest: `<directory>/<hex>/tree` with `manifest.json` beside it. */
export interface ArtifactStore {
  /** Take a tree over, which is gone from where it was; what is there already under its digest is used. */
  take(tree: string): Promise<BuiltDirectory>;
  find(artifact: string): Promise<BuiltDirectory | null>;
  /** Throws EnvironmentError `ARTIFACT_CHANGED`. */
  verify(artifact: BuiltDirectory): Promise<void>;
  prune(keep: readonly string[]): Promise<readonly string[]>;
}

export interface StoreContext {
  readonly stateDirectory: string;
  /** A path for temporary files on the same file system, swept when we die before we remove it. */
  readonly scratch: (purpose: string) => string;
}

export function openArtifactStore(context: StoreContext, files: Files): ArtifactStore {
  const directory = `${context.stateDirectory}/artifacts`;
  const treeOf = (hex: string): string => `${directory}/${hex}/tree`;

  const store: ArtifactStore = {
    async take(tree) {
      const manifest = await acceptedManifest(tree, files);
      const artifact = directoryDigest(manifest);
      const hex = digestHex(artifact) ?? '';
      const taken = { artifact, location: treeOf(hex), manifest };
      if ((await changes(taken, files)).length === 0) return taken;
      await discard(`${directory}/${hex}`);
      await publish(tree, manifest, `${directory}/${hex}`);
      return taken;
    },
    async find(artifact) {
      const hex = digestHex(artifact);
      if (hex === null || !(await files.exists(`${directory}/${hex}/manifest.json`))) return null;
      const manifest = JSON.parse(await files.readText(`${directory}/${hex}/manifest.json`)) as Manifest;
      return { artifact, location: treeOf(hex), manifest };
    },
    async verify(artifact) {
      const found = await changes(artifact, files);
      if (found.length > 0) throw changed(artifact, found);
    },
    async prune(keep) {
      const kept = new Set(keep.map(digestHex));
      const names = (await files.list(directory)).filter((name) => /^[0-9a-f]{64}$/.test(name) && !kept.has(name));
      for (const name of names) await discard(`${directory}/${name}`);
      return names.map((name) => `directory:sha256:${name}`);
    },
  };

  /** All at once: nobody sees half of an artifact, whenever we are killed. */
  async function publish(tree: string, manifest: Manifest, folder: string): Promise<void> {
    const staging = context.scratch('artifact');
    await files.makeDirectory(staging, 0o755);
    await files.makeDirectory(directory);
    await files.setMode(tree, 0o755);
    await files.rename(tree, `${staging}/tree`);
    await files.writeAtomic(`${staging}/manifest.json`, JSON.stringify(manifest));
    try {
      await files.rename(staging, folder);
    } catch (error) {
      // Another run has just published the same; it is the same by its digest.
      if (!(await files.exists(`${folder}/manifest.json`))) throw error;
    } finally {
      await files.remove(staging);
    }
  }

  /** Out of sight first: a kill in the middle leaves a temporary folder and no half of an artifact. */
  async function discard(folder: string): Promise<void> {
    if (!(await files.exists(folder))) return;
    const grave = context.scratch('discarded');
    await files.makeDirectory(context.stateDirectory);
    await files.makeDirectory(grave);
    await files.rename(folder, `${grave}/artifact`);
    await files.remove(grave);
  }

  return store;
}

async function acceptedManifest(tree: string, files: Files): Promise<Manifest> {
  const { manifest, refused } = await scanTree(tree, normalising(files));
  const [first] = refused;
  if (first !== undefined) {
    throw new GateFailed('ARTIFACT_SPECIAL_FILE', `${first.path} ${first.reason}: it cannot be part of a release`, {
      hint: 'remove it at the end of the build, or keep it out of the folder that build.output names',
      facts: { paths: refused.map(({ path }) => path).slice(0, 20) },
    });
  }
  const stray = strayLinks(manifest);
  const [link] = stray;
  if (link !== undefined) {
    throw new GateFailed('ARTIFACT_LINK_OUTSIDE', `${link.path} is a link to ${link.target}, outside of the release`, {
      hint: 'copy what it names into the build, or make it a relative link to something inside',
      facts: { paths: stray.map(({ path }) => path).slice(0, 20) },
    });
  }
  if (manifest.every(({ kind }) => kind === 'directory')) {
    throw new GateFailed('BUILD_OUTPUT_EMPTY', 'the build left no file in the folder that build.output names', {
      hint: 'correct build.output, or let build.run write there',
    });
  }
  return manifest;
}

/** Modes depend on the umask of whoever builds: what is looked at becomes 0755 or 0644. */
function normalising(files: Files): Pick<Files, 'stat' | 'list' | 'readLink' | 'sha256'> {
  return {
    async stat(path) {
      const stat = await files.stat(path);
      if (stat === null || (stat.kind !== 'file' && stat.kind !== 'directory')) return stat;
      const mode = stat.kind === 'directory' || (stat.mode & 0o100) !== 0 ? 0o755 : 0o644;
      if (stat.mode !== mode) await files.setMode(path, mode);
      return { ...stat, mode };
    },
    list: async (path) => await files.list(path),
    readLink: async (path) => await files.readLink(path),
    sha256: async (path) => await files.sha256(path),
  };
}

async function changes({ location, manifest, artifact }: BuiltDirectory, files: Files): Promise<readonly string[]> {
  if (!(await files.exists(location))) return ['the whole tree is missing'];
  const { manifest: found, refused } = await scanTree(location, files);
  const added = refused.map(({ path, reason }) => `${path} ${reason}`);
  if (added.length === 0 && directoryDigest(found) === artifact) return [];
  const named = [...differences(manifest, found), ...added];
  return named.length > 0 ? named : ['its manifest does not belong to its digest'];
}

function changed({ artifact, location }: BuiltDirectory, found: readonly string[]): EnvironmentError {
  const more = found.length > 3 ? `, and ${found.length - 3} more` : '';
  const message = `${artifact} is not what was built any more: ${found.slice(0, 3).join(', ')}${more}`;
  return new EnvironmentError('ARTIFACT_CHANGED', message, {
    hint: `nothing may write below ${location}: build again, and find out what did`,
    facts: { artifact, location, changes: found.slice(0, 20) },
  });
}
