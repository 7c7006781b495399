import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { canonicalJson, normalConfig, stepsOfLayers } from '../../domain/image/archive/config.ts';
import { normalLayer, type Placed } from '../../domain/image/archive/layer.ts';
import { blobPath, type Descriptor, imageManifest, imageParts, mediaTypes } from '../../domain/image/archive/layout.ts';
import { padded } from '../../domain/image/archive/tar.ts';
import { headerBytes } from '../../domain/image/archive/write-tar.ts';
import type { ImageArchives, NormalImage } from '../../ports.ts';
import { countFiles } from './count-files.ts';
import { unpackedLayer } from './unpacked-layer.ts';
import { type ArchiveWriter, openArchiveWriter } from './archive-writer.ts';
import { broken, membersOf } from './tar-file.ts';

/** Reads archives of engines and writes the one that every engine would give. */
export function nodeImageArchives(): ImageArchives {
  return {
    countFiles,
    async normalise(from, to, rules) {
      const source = await open(from, 'r');
      try {
        await mkdir(dirname(to), { recursive: true });
        const writer = await openArchiveWriter(to);
        try {
          return await rewrite(source, writer, `${to}.layer`, rules);
        } finally {
          await writer.close();
        }
      } finally {
        await source.close();
      }
    },
  };
}

async function rewrite(
  source: FileHandle,
  writer: ArchiveWriter,
  scratch: string,
  { epochSeconds, labels }: Parameters<ImageArchives['normalise']>[2],
): Promise<NormalImage> {
  const members = await membersOf({ file: source, begin: 0, end: (await source.stat()).size });
  const byPath = new Map(members.map((member) => [member.entry.path.replace(/^\.\//, ''), member]));
  const parts = await imageParts(async (path) => {
    const member = byPath.get(path);
    return member === undefined ? null : (await bytesAt(source, member)).toString('utf8');
  });
  if (typeof parts === 'string') throw broken(parts);
  const layers: Descriptor[] = [];
  for (const path of parts.layers) {
    const member = target(path, byPath);
    await using layer = await unpackedLayer(source, member, scratch);
    layers.push({ mediaType: mediaTypes.layer, ...(await writeLayer(layer, writer, epochSeconds)) });
  }
  const raw = JSON.parse((await bytesAt(source, target(parts.config, byPath))).toString('utf8')) as object;
  const config = normalConfig(raw as Record<string, unknown>, {
    epochSeconds,
    labels,
    diffIds: layers.map(({ digest }) => digest),
  });
  return await finish(config, layers, writer);
}

async function finish(
  config: Readonly<Record<string, unknown>>,
  layers: readonly Descriptor[],
  writer: ArchiveWriter,
): Promise<NormalImage> {
  const own = { mediaType: mediaTypes.config, ...(await writer.blob(canonicalJson(config))) };
  const manifest = await writer.blob(canonicalJson(imageManifest(own, layers)));
  const index = {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: [{ mediaType: mediaTypes.manifest, ...manifest }],
  };
  const saved = [
    { Config: blobPath(own.digest), RepoTags: null, Layers: layers.map(({ digest }) => blobPath(digest)) },
  ];
  await writer.file('oci-layout', '{"imageLayoutVersion":"1.0.0"}');
  await writer.file('index.json', canonicalJson(index));
  await writer.file('manifest.json', canonicalJson(saved));
  const steps = stepsOfLayers(config);
  return {
    configDigest: own.digest,
    manifestDigest: manifest.digest,
    layers: layers.map(({ digest, size }, at) => ({ digest, sizeBytes: size, step: steps[at] ?? '' })),
    config,
  };
}

/** An archive of an older engine holds the same layer once and leads to it from elsewhere. */
function target(path: string, byPath: ReadonlyMap<string, Placed>): Placed {
  const member = byPath.get(path);
  if (member === undefined) throw broken(`it lacks ${path}`);
  if (member.entry.kind !== 'symlink') return member;
  const real = new URL(member.entry.target, `file:///${path}`).pathname.slice(1);
  const found = byPath.get(real);
  if (found === undefined || found.entry.kind !== 'file') throw broken(`${path} leads to ${real}, which it lacks`);
  return found;
}

async function writeLayer(
  range: { readonly file: FileHandle; readonly begin: number; readonly end: number },
  writer: ArchiveWriter,
  epochSeconds: number,
): Promise<{ readonly digest: string; readonly size: number }> {
  const normal = normalLayer(await membersOf(range), epochSeconds);
  return await writer.streamedBlob(async (write) => {
    if (normal === null) return await copy(range.file, range.begin, range.end - range.begin, write);
    for (const { entry, offset } of normal) {
      await write(headerBytes(entry));
      await copy(range.file, offset, entry.size, write);
      await write(new Uint8Array(padded(entry.size) - entry.size));
    }
    await write(new Uint8Array(1_024));
  });
}

const chunkBytes = 1024 * 1024;

async function copy(
  file: FileHandle,
  begin: number,
  length: number,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < length;) {
    const size = Math.min(chunkBytes, length - at);
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, begin + at);
    if (bytesRead === 0) throw broken('it ends in the middle of a member');
    await write(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

async function bytesAt(file: FileHandle, { entry, offset }: Placed): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(entry.size), 0, entry.size, offset);
  if (bytesRead !== entry.size) throw broken(`${entry.path} is cut off`);
  return buffer;
}
