/** One member of a tar archive. Texts hold one byte per character, so that names of any encoding stay what they are. */
export interface TarEntry {
  readonly path: string;
  readonly kind: 'file' | 'link' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Of its content, in bytes. */
  readonly size: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  /** Where a link leads. */
  readonly target: string;
  readonly major: number;
  readonly minor: number;
  /** Extended attributes, by their names. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** What a header says by itself: a member, or something about the next one. */
export type TarHeader =
  | { readonly kind: 'entry'; readonly entry: TarEntry }
  | { readonly kind: 'records' | 'global'; readonly size: number }
  | { readonly kind: 'long-path' | 'long-target'; readonly size: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'unreadable'; readonly why: string };

/** What the headers before a member said about it. */
export interface TarExtras {
  readonly records: ReadonlyMap<string, string>;
  readonly path: string | null;
  readonly target: string | null;
}

export const blockBytes = 512;
export const noExtras: TarExtras = { records: new Map(), path: null, target: null };
export const padded = (bytes: number): number => Math.ceil(bytes / blockBytes) * blockBytes;

const kinds = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'link',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
} as const satisfies Record<string, TarEntry['kind']>;

const extras: Readonly<Record<string, 'records' | 'global' | 'long-path' | 'long-target'>> = {
  x: 'records',
  g: 'global',
  L: 'long-path',
  K: 'long-target',
};

/** Read one block of 512 bytes. */
export function readHeader(block: Uint8Array, { records, path, target }: TarExtras): TarHeader {
  if (block.every((byte) => byte === 0)) return { kind: 'end' };
  const stored = octal(block, 148, 8);
  if (checksum(block) !== stored) return { kind: 'unreadable', why: 'the checksum of a header is wrong' };
  const flag = String.fromCharCode(block[156] ?? 0);
  const extra = extras[flag];
  if (extra !== undefined) return { kind: extra, size: octal(block, 124, 12) };
  const kind = (kinds as Readonly<Record<string, TarEntry['kind']>>)[flag];
  if (kind === undefined) return { kind: 'unreadable', why: `members of the kind "${flag}" are not known` };
  const isUstar = text(block, 257, 5) === 'ustar';
  // GNU's own form keeps times where the other one keeps the beginning of a path.
  const prefix = isUstar && block[263] === 0x30 ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  const whole = records.get('path') ?? path ?? (prefix === '' ? name : `${prefix}/${name}`);
  const attributes = Array.from(records).flatMap(([key, value]) =>
    key.startsWith(attributePrefix) ? [[key.slice(attributePrefix.length), value] as const] : [],
  );
  return {
    kind: 'entry',
    entry: {
      path: whole,
      kind: kind === 'file' && whole.endsWith('/') ? 'directory' : kind,
      mode: octal(block, 100, 8) & 0o7777,
      uid: number(records.get('uid')) ?? octal(block, 108, 8),
      gid: number(records.get('gid')) ?? octal(block, 116, 8),
      size: kind === 'file' ? (number(records.get('size')) ?? octal(block, 124, 12)) : 0,
      mtime: number(records.get('mtime')) ?? octal(block, 136, 12),
      target: kind === 'link' || kind === 'symlink' ? (records.get('linkpath') ?? target ?? text(block, 157, 100)) : '',
      major: isUstar ? octal(block, 329, 8) : 0,
      minor: isUstar ? octal(block, 337, 8) : 0,
      attributes: Object.fromEntries(attributes),
    },
  };
}

export const attributePrefix = 'SCHILY.xattr.';

/** Records of the POSIX form: `<length> <key>=<value>\n`, one after another. */
export function readRecords(bytes: Uint8Array): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const blank = bytes.indexOf(0x20, at);
    const length = blank === -1 ? 0 : Number(characters(bytes.subarray(at, blank)));
    if (!(length > 0) || at + length > bytes.length) return found;
    const record = characters(bytes.subarray(blank + 1, at + length - 1));
    const equals = record.indexOf('=');
    found.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return found;
}

/** Bytes as a text of as many characters. */
export function characters(bytes: Uint8Array): string {
  let all = '';
  for (let at = 0; at < bytes.length; at += 8_192) all += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  return all;
}

/** Up to the first zero. */
export function untilZero(whole: string): string {
  const end = whole.indexOf('\0');
  return end === -1 ? whole : whole.slice(0, end);
}

const text = (block: Uint8Array, from: number, length: number): string =>
  untilZero(characters(block.subarray(from, from + length)));

const number = (value: string | undefined): number | undefined =>
  value === undefined || value === '' ? undefined : Math.floor(Number(value));

/** Octal digits; where they do not suffice, a number of 8 bits per byte with its first bit set. */
function octal(block: Uint8Array, from: number, length: number): number {
  const field = block.subarray(from, from + length);
  if (((field[0] ?? 0) & 0x80) !== 0) {
    return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, (field[0] ?? 0) & 0x3f);
  }
  const digits = untilZero(characters(field)).trim();
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

/** The sum of all bytes, with blanks where the sum itself stands. */
export function checksum(block: Uint8Array): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}
