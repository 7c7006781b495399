import { describe, expect, test } from 'vitest';
import { openJournal, readLines } from '../../../src/agent/journal.ts';
import { fakeClock } from '../../fakes/clock.ts';
import { fakeFiles } from '../../fakes/files.ts';
import { release } from './bench.ts';

const path = '/app/journal.jsonl';
const lock = {
  owner: { runId: 'run-1', who: 'ann@laptop', command: 'ship', process: null },
  since: '2025-01-01T00:00:00.000Z',
  leaseMs: 30_000,
};
const locked = { kind: 'locked', lock, tookOverFrom: null } as const;
const unlocked = { kind: 'unlocked', runId: 'run-1', why: 'unlocked' } as const;

async function written(files = fakeFiles()) {
  const journal = await openJournal('/app', { files, clock: fakeClock() });
  await journal.append(locked);
  await journal.append({ kind: 'begun', rollout: 'deploy', plan: release('1.0.0'), requestId: 'r1', secrets: {} });
  return { files, journal };
}

describe('a journal', () => {
  test('that is opened again says the same', async () => {
    const { files, journal } = await written();
    const again = await openJournal('/app', { files, clock: fakeClock() });

    expect(again.ledger()).toEqual(journal.ledger());
    expect(again.ledger()).toMatchObject({ lock, rollout: { plan: { rolloutId: 'rollout-1.0.0' } } });
  });

  test.each([
    ['without its end', (line: string) => line.slice(0, 30)],
    ['with an end that is no JSON', (line: string) => `${line.slice(0, 30)}\n`],
    ['without its line break', (line: string) => line.slice(0, -1)],
  ])('whose last line was torn by a crash (%s) is read without it and goes on cleanly', async (_, tear) => {
    const { files } = await written();
    const before = files.texts()[path] ?? '';
    await files.appendDurable(path, tear(`${JSON.stringify({ n: 3, at: '', ...unlocked })}\n`));
    const torn = await openJournal('/app', { files, clock: fakeClock() });
    expect(torn.ledger().lock).toEqual(lock);

    await torn.append(unlocked);
    expect(files.texts()[path]?.startsWith(before)).toBe(true);
    expect((await openJournal('/app', { files, clock: fakeClock() })).ledger().lock).toBeNull();
  });

  test('whose middle cannot be read is refused with file and line', async () => {
    const { files, journal } = await written();
    await journal.append(unlocked);
    const [first = '', , third = ''] = (files.texts()[path] ?? '').split('\n');
    await files.writeAtomic(path, [first, '{"n":2,"kind":', third, ''].join('\n'));

    await expect(openJournal('/app', { files, clock: fakeClock() })).rejects.toMatchObject({
      code: 'JOURNAL_CORRUPT',
      message: '/app/journal.jsonl:2: it is not JSON',
    });
  });

  test.each([
    [
      'a missing record',
      ['{"n":1,"kind":"agent-started"}', '{"n":3,"kind":"agent-started"}', ''],
      /:2: record 2 is missing/,
    ],
    [
      'a record of a newer version',
      ['{"n":1,"kind":"teleported"}', ''],
      /:1: "teleported" is not known to this version/,
    ],
    ['a snapshot of a newer form', ['{"n":1,"kind":"snapshot","form":2}', ''], /:1: form 2 is not known/],
  ])('with %s is refused by name', (_, lines, message) => {
    expect(() => readLines(lines.join('\n'), path)).toThrow(message);
  });

  test('that could not be written once has no hole and no rest of it afterwards', async () => {
    const files = fakeFiles();
    let isFull = false;
    const failing = {
      ...files,
      async appendDurable(file: string, content: string) {
        await files.appendDurable(file, isFull ? content.slice(0, 10) : content);
        if (isFull) throw new Error('ENOSPC');
      },
    };
    const journal = await openJournal('/app', { files: failing, clock: fakeClock() });
    await journal.append(locked);
    isFull = true;
    await expect(journal.append(unlocked)).rejects.toMatchObject({ code: 'JOURNAL_NOT_WRITTEN' });
    expect(journal.ledger().lock).toEqual(lock);
    isFull = false;
    await journal.append(unlocked);

    expect(readLines(files.texts()[path] ?? '', path).records.map(({ n, kind }) => `${n} ${kind}`)).toEqual([
      '1 locked',
      '2 unlocked',
    ]);
  });

  test('that is rotated begins again with a snapshot, and the history keeps every line', async () => {
    const { files, journal } = await written();
    const lines = files.texts()[path];
    await journal.rotate('20250101-first');
    await journal.append(unlocked);
    const again = await openJournal('/app', { files, clock: fakeClock() });

    expect(files.texts()['/app/history/20250101-first.jsonl']).toBe(lines);
    expect(again.ledger()).toEqual(journal.ledger());
    expect(again.ledger()).toMatchObject({ lock: null, rollout: { plan: { rolloutId: 'rollout-1.0.0' } } });
  });
});
