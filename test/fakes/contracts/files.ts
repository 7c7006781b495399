import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Files } from '../../../src/ports.ts';

export interface FilesUnderTest {
  readonly files: Files;
  /** An empty folder. */
  readonly root: string;
  link(target: string, path: string): Promise<void>;
  cleanUp(): Promise<void>;
}

/** What every file system promises. */
export function filesContract(make: () => Promise<FilesUnderTest>): void {
  let under: FilesUnderTest;
  let files: Files;
  const at = (...parts: string[]): string => join(under.root, ...parts);
  beforeEach(async () => {
    under = await make();
    files = under.files;
  });
  afterEach(async () => await under.cleanUp());

  test('what was written is read back, as text and as bytes', async () => {
    await files.writeAtomic(at('a'), 'Grüße');

    expect(await files.readText(at('a'))).toBe('Grüße');
    expect([...(await files.readBytes(at('a')))]).toEqual([...new TextEncoder().encode('Grüße')]);
  });

  test('writing replaces the whole file and leaves nothing else beside it', async () => {
    await files.writeAtomic(at('a'), 'a long first text');
    await files.writeAtomic(at('a'), 'short');

    expect(await files.readText(at('a'))).toBe('short');
    expect(await files.list(under.root)).toEqual(['a']);
  });

  test('a file is written with exactly the mode that was asked for', async () => {
    await files.writeAtomic(at('secret'), 'x', 0o600);
    await files.writeAtomic(at('tool'), 'x', 0o777);

    expect(await files.stat(at('secret'))).toEqual({ kind: 'file', size: 1, mode: 0o600 });
    expect(await files.stat(at('tool'))).toEqual({ kind: 'file', size: 1, mode: 0o777 });
  });

  test('writing and appending make the folders on the way', async () => {
    await files.writeAtomic(at('x', 'y', 'a'), '1');
    await files.appendDurable(at('z', 'b'), '2');

    expect(await files.readText(at('x', 'y', 'a'))).toBe('1');
    expect(await files.readText(at('z', 'b'))).toBe('2');
  });

  test("appending adds to the end, and a new file is its owner's alone", async () => {
    await files.appendDurable(at('journal'), 'one\n');
    await files.appendDurable(at('journal'), 'two\n');

    expect(await files.readText(at('journal'))).toBe('one\ntwo\n');
    expect((await files.stat(at('journal')))?.mode).toBe(0o600);
  });

  test('what is not there has no stat, does not exist, lists nothing, and cannot be read', async () => {
    expect(await files.exists(at('none'))).toBe(false);
    expect(await files.stat(at('none'))).toBeNull();
    expect(await files.list(at('none'))).toEqual([]);
    await expect(files.readText(at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('the tail of a file is its last bytes, the whole of a short one, and nothing of an absent one', async () => {
    await files.writeAtomic(at('log'), 'one\ntwo\n');

    expect(await files.readTail(at('log'), 4)).toBe('two\n');
    expect(await files.readTail(at('log'), 1_000)).toBe('one\ntwo\n');
    expect(await files.readTail(at('none'), 4)).toBe('');
    await files.writeAtomic(at('empty'), '');
    expect(await files.readTail(at('empty'), 4)).toBe('');
  });

  test('a path below a file does not exist', async () => {
    await files.writeAtomic(at('a'), '1');

    expect(await files.exists(at('a', 'b'))).toBe(false);
  });

  test('a folder lists its names sorted, hidden ones too', async () => {
    for (const name of ['b', 'a', '.c', 'B']) await files.writeAtomic(at(name), '');
    await files.makeDirectory(at('d', 'e'));

    expect(await files.list(under.root)).toEqual(['.c', 'B', 'a', 'b', 'd']);
  });

  test('making a folder sets its mode and is fine when it is there already', async () => {
    await files.makeDirectory(at('private'), 0o700);
    await files.makeDirectory(at('private'), 0o700);

    expect(await files.stat(at('private'))).toMatchObject({ kind: 'directory', mode: 0o700 });
  });

  test('a link is seen as a link, also when it leads nowhere', async () => {
    await under.link('nowhere', at('l'));

    expect(await files.stat(at('l'))).toMatchObject({ kind: 'symlink' });
    expect(await files.exists(at('l'))).toBe(true);
    expect(await files.readLink(at('l'))).toBe('nowhere');
  });

  test('a copied tree has the same files, modes, links and empty folders', async () => {
    await files.writeAtomic(at('from', 'bin', 'tool'), '#!/bin/sh', 0o755);
    await files.writeAtomic(at('from', 'a b'), 'text', 0o640);
    await files.makeDirectory(at('from', 'empty'), 0o750);
    await under.link('bin/tool', at('from', 'link'));

    await files.copyTree(at('from'), at('to'));

    expect(await files.list(at('to'))).toEqual(['a b', 'bin', 'empty', 'link']);
    expect(await files.readText(at('to', 'a b'))).toBe('text');
    expect((await files.stat(at('to', 'a b')))?.mode).toBe(0o640);
    expect((await files.stat(at('to', 'bin', 'tool')))?.mode).toBe(0o755);
    expect((await files.stat(at('to', 'empty')))?.mode).toBe(0o750);
    expect(await files.readLink(at('to', 'link'))).toBe('bin/tool');
  });

  test('a change of a copy does not touch the original', async () => {
    await files.writeAtomic(at('from', 'a'), 'before');
    await files.copyTree(at('from'), at('to'));
    await files.appendDurable(at('to', 'a'), ' and after');

    expect(await files.readText(at('from', 'a'))).toBe('before');
  });

  test('a tree is not copied into itself', async () => {
    await files.writeAtomic(at('from', 'a'), '1');

    await expect(files.copyTree(at('from'), at('from', 'inner'))).rejects.toThrow(/into itself/);
  });

  test('a rename moves a whole tree, and replaces a file', async () => {
    await files.writeAtomic(at('tree', 'a'), '1');
    await files.writeAtomic(at('b'), 'new');
    await files.writeAtomic(at('c'), 'old');

    await files.rename(at('tree'), at('moved'));
    await files.rename(at('b'), at('c'));

    expect(await files.list(under.root)).toEqual(['c', 'moved']);
    expect(await files.readText(at('moved', 'a'))).toBe('1');
    expect(await files.readText(at('c'))).toBe('new');
  });

  test('a rename does not replace a folder that holds something', async () => {
    await files.writeAtomic(at('one', 'a'), '1');
    await files.writeAtomic(at('two', 'b'), '2');

    await expect(files.rename(at('one'), at('two'))).rejects.toThrow();
    expect(await files.readText(at('two', 'b'))).toBe('2');
  });

  test('the mode of a file can be changed', async () => {
    await files.writeAtomic(at('a'), '1', 0o600);
    await files.setMode(at('a'), 0o755);

    expect((await files.stat(at('a')))?.mode).toBe(0o755);
  });

  test('removing takes a whole tree, takes a link and not what it names, and is fine when nothing is there', async () => {
    await files.writeAtomic(at('kept', 'a'), '1');
    await files.writeAtomic(at('tree', 'deep', 'b'), '2');
    await under.link('../kept', at('tree', 'link'));

    await files.remove(at('tree'));
    await files.remove(at('tree'));

    expect(await files.list(under.root)).toEqual(['kept']);
    expect(await files.readText(at('kept', 'a'))).toBe('1');
  });

  test('the hash of a file is the SHA-256 of its bytes in hex', async () => {
    await files.writeAtomic(at('a'), 'abc');

    expect(await files.sha256(at('a'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });
}
