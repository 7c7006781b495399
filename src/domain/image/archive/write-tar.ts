import { attributePrefix, blockBytes, checksum, padded, type TarEntry } from './tar.ts';

const flags = { file: '0', link: '1', symlink: '2', character: '3', block: '4', directory: '5', fifo: '6' } as const;
const mostOctal = { seven: 0o7777777, eleven: 0o77777777777 };

/**
 * The header of a member, extended where its fields are too small: the same entry gives the same bytes.
 *
 * Names of owners are left out, because their numbers count and their names are those of whoever built.
 */
export function headerBytes(entry: TarEntry): Uint8Array {
  const records = recordsOf(entry);
  const own = block(entry, flags[entry.kind], entry.kind === 'file' ? entry.size : 0);
  if (records.length === 0) return own;
  const body = bytesOf(records.join(''));
  const about = block(
    { ...entry, path: 'PaxHeaders.0/member', target: '', mode: 0o644, uid: 0, gid: 0, mtime: 0, major: 0, minor: 0 },
    'x',
    body.length,
  );
  const whole = new Uint8Array(blockBytes * 2 + padded(body.length));
  whole.set(about);
  whole.set(body, blockBytes);
  whole.set(own, blockBytes + padded(body.length));
  return whole;
}

function recordsOf(entry: TarEntry): readonly string[] {
  const { path, target, size, uid, gid, mtime, attributes } = entry;
  const isLong = (name: string): boolean => name.length > 100 || !/^[\x20-\x7e]*$/.test(name);
  const all: readonly (readonly [boolean, string, string])[] = [
    [isLong(path), 'path', path],
    [isLong(target), 'linkpath', target],
    [size > mostOctal.eleven, 'size', String(size)],
    [uid > mostOctal.seven, 'uid', String(uid)],
    [gid > mostOctal.seven, 'gid', String(gid)],
    [mtime < 0 || mtime > mostOctal.eleven, 'mtime', String(mtime)],
    ...Object.keys(attributes)
      .toSorted()
      .map((name) => [true, `${attributePrefix}${name}`, attributes[name] ?? ''] as const),
  ];
  return all.flatMap(([isNeeded, key, value]) => (isNeeded ? [record(key, value)] : []));
}

/** The length counts its own digits, too. */
function record(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
  return `${length}${rest}`;
}

function block(entry: TarEntry, flag: string, size: number): Uint8Array {
  const bytes = new Uint8Array(blockBytes);
  const put = (at: number, text: string, most: number): void => bytes.set(bytesOf(text.slice(0, most)), at);
  const octal = (at: number, value: number, digits: number): void => {
    const fits = value >= 0 && value < 8 ** digits;
    put(at, (fits ? value : 0).toString(8).padStart(digits, '0'), digits);
  };
  put(0, entry.path, 100);
  octal(100, entry.mode, 7);
  octal(108, entry.uid, 7);
  octal(116, entry.gid, 7);
  octal(124, size, 11);
  octal(136, entry.mtime, 11);
  put(156, flag, 1);
  put(157, entry.target, 100);
  put(257, 'ustar\0' + '00', 8);
  octal(329, entry.major, 7);
  octal(337, entry.minor, 7);
  octal(148, checksum(bytes), 6);
  bytes[155] = 0x20;
  return bytes;
}

/** A text of one byte per character as bytes. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}
