import { lzmaDecode } from './lzma.ts';

/**
 * The program inside of a Linux program that UPX packed with LZMA, such that it starts at once: its loaded segments at
 * their places, without the table of sections, which nothing needs to run.
 */
export function unpackElf(packed: Buffer): Buffer {
  const magic = packed.indexOf('UPX!');
  if (magic === -1) throw new Error('it is not packed by UPX');
  // After the magic: 4 bytes of loader size, version and format; then program id, file size, block size.
  const blocks = blocksFrom(packed, magic + 8 + 12);
  const header = blocks.next().value ?? Buffer.alloc(0);
  const program = Buffer.alloc(packed.readUInt32LE(magic + 8 + 4));
  header.copy(program);
  for (const { offset, size } of segmentsOf(header)) {
    const begin = Math.max(offset, offset === 0 ? header.length : 0);
    for (let at = begin; at < offset + size;) {
      const block = blocks.next().value;
      if (block === undefined) throw new Error('it ends before its last segment');
      block.copy(program, at);
      at += block.length;
    }
  }
  program.writeBigUInt64LE(0n, 0x28);
  program.fill(0, 0x3a, 0x40);
  return program;
}

interface Segment {
  readonly offset: number;
  readonly size: number;
}

function segmentsOf(header: Buffer): readonly Segment[] {
  const [at, size, count] = [
    Number(header.readBigUInt64LE(0x20)),
    header.readUInt16LE(0x36),
    header.readUInt16LE(0x38),
  ];
  const load = 1;
  return Array.from({ length: count }, (_, index) => header.subarray(at + index * size))
    .filter((entry) => entry.readUInt32LE(0) === load)
    .map((entry) => ({ offset: Number(entry.readBigUInt64LE(8)), size: Number(entry.readBigUInt64LE(32)) }));
}

const lzma = 14;

function* blocksFrom(packed: Buffer, first: number): Generator<Buffer, undefined> {
  for (let at = first; ;) {
    const [size, packedSize, method, filter] = [
      packed.readUInt32LE(at),
      packed.readUInt32LE(at + 4),
      packed[at + 8],
      packed[at + 9],
    ];
    if (size === 0) return undefined;
    const body = packed.subarray(at + 12, at + 12 + packedSize);
    at += 12 + packedSize;
    if (packedSize < size && (method !== lzma || filter !== 0)) {
      throw new Error(`a block is packed with method ${method}, filter ${filter}`);
    }
    yield packedSize < size ? decoded(body, size) : body;
  }
}

/** Two bytes of properties in the packer's own order, then the stream. */
function decoded(body: Buffer, size: number): Buffer {
  const [first = 0, second = 0] = body;
  const properties = { pb: first & 7, lp: second >>> 4, lc: second & 15 };
  return Buffer.from(lzmaDecode(body.subarray(2), size, properties).buffer);
}
