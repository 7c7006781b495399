import type { FileHandle } from 'node:fs/promises';
import {
  blockBytes,
  characters,
  noExtras,
  padded,
  readHeader,
  readRecords,
  type TarExtras,
  untilZero,
} from '../../domain/image/archive/tar.ts';
import type { Placed } from '../../domain/image/archive/layer.ts';
import { EnvironmentError } from '../../errors.ts';

/** Part of a file that is a tar archive. */
export interface TarRange {
  readonly file: FileHandle;
  readonly begin: number;
  readonly end: number;
}

const windowBytes = 256 * 1024;
const mostExtraBytes = 1024 * 1024;

/** All members with the places of their contents in the file. Throws EnvironmentError `IMAGE_ARCHIVE_BROKEN`. */
export async function membersOf({ file, begin, end }: TarRange): Promise<readonly Placed[]> {
  const read = windowed(file, end);
  const members: Placed[] = [];
  let extras: TarExtras = noExtras;
  let at = begin;
  while (at + blockBytes <= end) {
    const header = readHeader(await read(at, blockBytes), extras);
    at += blockBytes;
    if (header.kind === 'end') break;
    if (header.kind === 'unreadable') throw broken(header.why);
    if (header.kind === 'entry') {
      members.push({ entry: header.entry, offset: at });
      at += padded(header.entry.size);
      extras = noExtras;
      continue;
    }
    if (header.size > mostExtraBytes) throw broken(`what it says of one member has ${header.size} bytes`);
    const body = await read(at, header.size);
    at += padded(header.size);
    if (header.kind === 'records') extras = { ...extras, records: readRecords(body) };
    if (header.kind === 'long-path') extras = { ...extras, path: untilZero(characters(body)) };
    if (header.kind === 'long-target') extras = { ...extras, target: untilZero(characters(body)) };
  }
  if (at > end) throw broken('it ends in the middle of a member');
  return members;
}

/** Reads of headers, which lie close together, from a window that is read at once. */
function windowed(file: FileHandle, end: number): (at: number, length: number) => Promise<Uint8Array> {
  let from = 0;
  let window = Buffer.alloc(0);
  return async (at, length) => {
    if (at < from || at + length > from + window.length) {
      const size = Math.min(Math.max(windowBytes, length), end - at);
      const { bytesRead, buffer } = await file.read(Buffer.alloc(size), 0, size, at);
      [from, window] = [at, buffer.subarray(0, bytesRead)];
    }
    if (at + length > from + window.length) throw broken('it ends in the middle of a member');
    return window.subarray(at - from, at - from + length);
  };
}

export function broken(why: string): EnvironmentError {
  return new EnvironmentError('IMAGE_ARCHIVE_BROKEN', `the archive of the image cannot be read: ${why}`, {
    hint: 'Build again; if it stays, see that the engine has room on its disk.',
  });
}
