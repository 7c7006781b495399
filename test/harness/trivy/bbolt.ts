/** A bucket as it is written: keys to values or to buckets. */
export type Bucket = ReadonlyMap<string, Uint8Array | Bucket>;

const pageSize = 4096;
const headerSize = 16;
const elementSize = 16;
const flags = { leaf: 0x02, meta: 0x04, freelist: 0x10 } as const;
const isBucket = 1;

/**
 * A database file of bbolt (the key-value store of Go programs) with these buckets: two meta pages, an empty list of
 * free pages, then one leaf page, as long as it needs to be, for each bucket.
 */
export function bboltFile(root: Bucket): Buffer {
  const pages: Buffer[] = [];
  let nextId = 3;
  const place = (bucket: Bucket): bigint => {
    // Children first: a bucket names the page of each of its own.
    const entries = [...bucket]
      .map(([key, value]) => ({
        key: Buffer.from(key),
        value: content(value),
        isInner: !(value instanceof Uint8Array),
      }))
      .toSorted((a, b) => Buffer.compare(a.key, b.key));
    const page = leaf(entries, nextId);
    nextId += page.length / pageSize;
    pages.push(page);
    return page.readBigUInt64LE(0);
  };
  const content = (value: Uint8Array | Bucket): Uint8Array => {
    if (value instanceof Uint8Array) return value;
    const reference = Buffer.alloc(16);
    reference.writeBigUInt64LE(place(value), 0);
    return reference;
  };
  const rootPage = place(root);
  const free = Buffer.alloc(pageSize);
  writeHeader(free, { id: 2, flags: flags.freelist, count: 0, overflow: 0 });
  return Buffer.concat([meta(0, rootPage, nextId), meta(1, rootPage, nextId), free, ...pages]);
}

interface Entry {
  readonly key: Buffer;
  readonly value: Uint8Array;
  readonly isInner: boolean;
}

function leaf(entries: readonly Entry[], id: number): Buffer {
  const bodySize = entries.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
  const size = headerSize + elementSize * entries.length + bodySize;
  const count = Math.max(1, Math.ceil(size / pageSize));
  const page = Buffer.alloc(count * pageSize);
  writeHeader(page, { id, flags: flags.leaf, count: entries.length, overflow: count - 1 });
  let at = headerSize + elementSize * entries.length;
  for (const [index, { key, value, isInner }] of entries.entries()) {
    const element = headerSize + elementSize * index;
    page.writeUInt32LE(isInner ? isBucket : 0, element);
    page.writeUInt32LE(at - element, element + 4);
    page.writeUInt32LE(key.length, element + 8);
    page.writeUInt32LE(value.length, element + 12);
    key.copy(page, at);
    page.set(value, at + key.length);
    at += key.length + value.length;
  }
  return page;
}

function meta(id: number, root: bigint, pageCount: number): Buffer {
  const page = Buffer.alloc(pageSize);
  writeHeader(page, { id, flags: flags.meta, count: 0, overflow: 0 });
  const body = page.subarray(headerSize);
  body.writeUInt32LE(0xed0cdaed, 0);
  body.writeUInt32LE(2, 4);
  body.writeUInt32LE(pageSize, 8);
  body.writeBigUInt64LE(root, 16);
  body.writeBigUInt64LE(2n, 32);
  body.writeBigUInt64LE(BigInt(pageCount), 40);
  body.writeBigUInt64LE(BigInt(id), 48);
  body.writeBigUInt64LE(fnv1a(body.subarray(0, 56)), 56);
  return page;
}

function writeHeader(
  page: Buffer,
  header: { readonly id: number; readonly flags: number; readonly count: number; readonly overflow: number },
): void {
  page.writeBigUInt64LE(BigInt(header.id), 0);
  page.writeUInt16LE(header.flags, 8);
  page.writeUInt16LE(header.count, 10);
  page.writeUInt32LE(header.overflow, 12);
}

function fnv1a(bytes: Uint8Array): bigint {
  let hash = 0xcbf29ce484222325n;
  for (const byte of bytes) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash;
}
