import { type FileHandle, open } from 'node:fs/promises';

const metaMagic = 0xed0cdaed;
const metaAt = 16;
const entryAt = 16;
const entrySize = 16;
const branch = 1;
const leaf = 2;
const deepest = 8;

/**
 * Why a file is no database of bbolt with this bucket in it, and something in the bucket; null when it is.
 *
 * A scanner that reads a database with nothing in it finds nothing and calls that success.
 */
export async function boltTrouble(path: string, bucket: string): Promise<string | null> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const meta = await newestMeta(file);
    if (meta === null) return 'it does not begin like a database';
    if (size < meta.pages * meta.pageSize) {
      return `it is cut short: ${size.toLocaleString('en-US')} of ${(meta.pages * meta.pageSize).toLocaleString('en-US')} bytes`;
    }
    const value = await find(file, meta.root, Buffer.from(bucket), meta.pageSize);
    if (value === null) return `it has no bucket "${bucket}"`;
    return (await isEmpty(file, value, meta.pageSize)) ? `its bucket "${bucket}" is empty` : null;
  } finally {
    await file.close();
  }
}

interface Meta {
  readonly pageSize: number;
  readonly root: number;
  readonly pages: number;
  readonly transaction: bigint;
}

/** There are two, written in turn; the one of a write that was cut off does not have its own sum. */
async function newestMeta(file: FileHandle): Promise<Meta | null> {
  const first = metaIn(await read(file, 0, 4096));
  const other = metaIn(await read(file, first?.pageSize ?? 4096, 4096));
  if (first === null || other === null) return first ?? other;
  return other.transaction > first.transaction ? other : first;
}

function metaIn(page: Buffer): Meta | null {
  if (page.length < metaAt + 64) return null;
  const body = page.subarray(metaAt, metaAt + 64);
  if (body.readUInt32LE(0) !== metaMagic || body.readBigUInt64LE(56) !== fnv1a(body.subarray(0, 56))) return null;
  return {
    pageSize: body.readUInt32LE(8),
    root: Number(body.readBigUInt64LE(16)),
    pages: Number(body.readBigUInt64LE(40)),
    transaction: body.readBigUInt64LE(48),
  };
}

/** The value of a key below a page, whose entries are sorted. */
async function find(file: FileHandle, page: number, key: Buffer, pageSize: number): Promise<Buffer | null> {
  let id = page;
  for (let depth = 0; depth < deepest; depth += 1) {
    const bytes = await pageOf(file, id, pageSize);
    const entries = entriesOf(bytes);
    if (entries === null || entries.length === 0) return null;
    if (bytes.readUInt16LE(8) === leaf) return entries.find((entry) => entry.key.equals(key))?.value ?? null;
    const next = entries.findLast((entry) => Buffer.compare(entry.key, key) <= 0) ?? entries[0];
    id = next?.child ?? 0;
  }
  return null;
}

async function isEmpty(file: FileHandle, bucket: Buffer, pageSize: number): Promise<boolean> {
  if (bucket.length < 16) return true;
  const root = Number(bucket.readBigUInt64LE(0));
  // A small bucket lies in its own value.
  const page = root === 0 ? bucket.subarray(16) : await pageOf(file, root, pageSize);
  return page.length < entryAt || page.readUInt16LE(10) === 0;
}

interface Entry {
  readonly key: Buffer;
  readonly value: Buffer;
  /** Page of a branch. */
  readonly child: number;
}

/** Null when the page is not what it should be. */
function entriesOf(page: Buffer): readonly Entry[] | null {
  if (page.length < entryAt) return null;
  const [kind, count] = [page.readUInt16LE(8), page.readUInt16LE(10)];
  if ((kind !== branch && kind !== leaf) || entryAt + count * entrySize > page.length) return null;
  return Array.from({ length: count }, (_, index) => {
    const at = entryAt + index * entrySize;
    if (kind === branch) {
      const [from, size] = [at + page.readUInt32LE(at), page.readUInt32LE(at + 4)];
      return {
        key: page.subarray(from, from + size),
        value: Buffer.alloc(0),
        child: Number(page.readBigUInt64LE(at + 8)),
      };
    }
    const [from, size, length] = [
      at + page.readUInt32LE(at + 4),
      page.readUInt32LE(at + 8),
      page.readUInt32LE(at + 12),
    ];
    return { key: page.subarray(from, from + size), value: page.subarray(from + size, from + size + length), child: 0 };
  });
}

/** With what it overflows into, within reason. */
async function pageOf(file: FileHandle, id: number, pageSize: number): Promise<Buffer> {
  const head = await read(file, id * pageSize, pageSize);
  const overflow = head.length < entryAt || Number(head.readBigUInt64LE(0)) !== id ? 0 : head.readUInt32LE(12);
  return overflow === 0 ? head : await read(file, id * pageSize, pageSize * (Math.min(overflow, 256) + 1));
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}
