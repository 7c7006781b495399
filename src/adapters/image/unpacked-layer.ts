import { createReadStream, createWriteStream } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import type { Placed } from '../../domain/image/archive/layer.ts';
import type { TarRange } from './tar-file.ts';

/** A layer as a plain tar: where it lies in the archive, or unpacked in a file that is gone afterwards. */
export async function unpackedLayer(
  source: FileHandle,
  { entry, offset }: Placed,
  scratch: string,
): Promise<TarRange & AsyncDisposable> {
  const { buffer } = await source.read(Buffer.alloc(4), 0, 4, offset);
  const unpack = unpacker(buffer);
  if (unpack === null || entry.size === 0) {
    return { file: source, begin: offset, end: offset + entry.size, async [Symbol.asyncDispose]() {} };
  }
  const packed = createReadStream('', { fd: source, autoClose: false, start: offset, end: offset + entry.size - 1 });
  await pipeline(packed, unpack, createWriteStream(scratch, { mode: 0o600 }));
  const file = await open(scratch, 'r');
  return {
    file,
    begin: 0,
    end: (await file.stat()).size,
    async [Symbol.asyncDispose]() {
      await file.close();
      await rm(scratch, { force: true });
    },
  };
}

/** By what it begins with: what an archive says of its layers is not always so. */
function unpacker(begin: Buffer) {
  if (begin[0] === 0x1f && begin[1] === 0x8b) return createGunzip();
  return begin.readUInt32LE() === 0xfd2fb528 ? createZstdDecompress() : null;
}
