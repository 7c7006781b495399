import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { blobPath } from '../../domain/image/archive/layout.ts';
import { padded, type TarEntry } from '../../domain/image/archive/tar.ts';
import { headerBytes } from '../../domain/image/archive/write-tar.ts';

export interface Blob {
  readonly digest: string;
  readonly size: number;
}

export interface ArchiveWriter {
  file(path: string, text: string): Promise<void>;
  blob(text: string): Promise<Blob>;
  /** A blob whose digest and size are known only when all of it is written; one that is there already is kept once. */
  streamedBlob(fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<Blob>;
  close(): Promise<void>;
}

const flushBytes = 1024 * 1024;
/** `blobs/sha256/` and 64 digits fit into one block. */
const headerSize = 512;

/** An archive that grows at its end. */
export async function openArchiveWriter(path: string): Promise<ArchiveWriter> {
  const file = await open(path, 'w', 0o600);
  const written = new Set<string>();
  let end = 0;

  async function append(name: string, fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>) {
    const begin = end;
    const hash = createHash('sha256');
    let size = 0;
    let waiting: Uint8Array[] = [];
    let waitingBytes = 0;
    let at = begin + headerSize;
    const flush = async (): Promise<void> => {
      const bytes = Buffer.concat(waiting);
      [waiting, waitingBytes] = [[], 0];
      await file.write(bytes, 0, bytes.length, at);
      at += bytes.length;
    };
    await fill(async (bytes) => {
      hash.update(bytes);
      size += bytes.length;
      waiting.push(bytes);
      waitingBytes += bytes.length;
      if (waitingBytes >= flushBytes) await flush();
    });
    waiting.push(new Uint8Array(padded(size) - size));
    await flush();
    const digest = `sha256:${hash.digest('hex')}`;
    const own = name === '' ? blobPath(digest) : name;
    if (!written.has(own)) {
      await file.write(headerBytes(member(own, size)), 0, headerSize, begin);
      written.add(own);
      end = at;
    }
    return { digest, size };
  }

  return {
    file: async (name, text) => void (await append(name, async (write) => await write(Buffer.from(text)))),
    blob: async (text) => await append('', async (write) => await write(Buffer.from(text))),
    streamedBlob: async (fill) => await append('', fill),
    async close() {
      try {
        await file.truncate(end);
        await file.write(new Uint8Array(1_024), 0, 1_024, end);
      } finally {
        await file.close();
      }
    },
  };
}

function member(path: string, size: number): TarEntry {
  return {
    path,
    kind: 'file',
    mode: 0o644,
    uid: 0,
    gid: 0,
    size,
    mtime: 0,
    target: '',
    major: 0,
    minor: 0,
    attributes: {},
  };
}
