import { expect, test } from 'vitest';
import { identify, isAlive, parsePsLine, parseStat } from '../../../../src/adapters/node/process-table.ts';

const stat = (name: string, state: string, threads = 1): string =>
  `4711 (${name}) ${state} 1 4700 4699 0 -1 4194304 100 0 0 0 5 3 0 0 20 0 ${threads} 0 8812345 1000 200 18446744073709551615`;

test('a line of Linux tells group, session and start time', () => {
  expect(parseStat(4711, stat('node', 'S'))).toEqual({
    pid: 4711,
    group: 4700,
    session: 4699,
    startedAt: '8812345',
    isZombie: false,
  });
});

test('a program whose name holds brackets and blanks is read right', () => {
  expect(parseStat(4711, stat('a) S 1 (b', 'R'))).toMatchObject({ group: 4700, startedAt: '8812345' });
});

test('a dead process that nobody has collected is a zombie', () => {
  expect(parseStat(4711, stat('sh', 'Z'))?.isZombie).toBe(true);
});

test('a process whose first thread has ended runs on while others hold its sockets', () => {
  expect(parseStat(4711, stat('node', 'Z', 3))?.isZombie).toBe(false);
});

test('a process that is gone has no line', () => {
  expect(parseStat(4711, '')).toBeNull();
});

test('a line of macOS tells group, state and start time in seconds', () => {
  expect(parsePsLine('  412   400 Ss   Mon Nov 10 09:01:02 2025    ')).toEqual({
    pid: 412,
    group: 400,
    session: null,
    startedAt: '1762765262',
    isZombie: false,
  });
  expect(parsePsLine('  413   400 Z    Mon Nov 10 09:01:02 2025')?.isZombie).toBe(true);
  expect(parsePsLine('')).toBeNull();
});

test('this very process is alive, and one of the same pid that started earlier is not', () => {
  const self = identify(process.pid);

  expect(self).not.toBeNull();
  expect(self !== null && isAlive(self)).toBe(true);
  expect(self !== null && isAlive({ ...self, startedAt: '1' })).toBe(false);
});
