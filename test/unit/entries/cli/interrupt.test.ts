import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { listenForInterrupts } from '../../../../src/entries/cli/interrupt.ts';
import { Interrupted } from '../../../../src/errors.ts';

function listening() {
  const process = new EventEmitter();
  const said: string[] = [];
  const left: number[] = [];
  const clock = { ms: 0 };
  const interruption = listenForInterrupts({
    process: process as unknown as Pick<NodeJS.Process, 'on' | 'off'>,
    monotonicMs: () => clock.ms,
    say: (line) => said.push(line),
    leave: (code) => left.push(code),
  });
  return { process, said, left, clock, ...interruption };
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])('the first %s aborts in order, and says how to leave at once', (name) => {
  const { process, signal, said, left } = listening();
  process.emit(name, name);
  expect(signal.aborted).toBe(true);
  expect(signal.reason).toBeInstanceOf(Interrupted);
  expect(signal.reason).toMatchObject({ code: 'INTERRUPTED', exitCode: 130, message: `Interrupted by ${name}.` });
  expect(said).toEqual([`${name}: ending in order; once more leaves at once.`]);
  expect(left).toEqual([]);
});

test('the second one leaves at once with 130', () => {
  const { process, left, clock } = listening();
  process.emit('SIGINT', 'SIGINT');
  clock.ms = 500;
  process.emit('SIGTERM', 'SIGTERM');
  expect(left).toEqual([130]);
});

test('one Ctrl-C that arrives twice, from the terminal and from npm, is one', () => {
  const { process, left, clock } = listening();
  process.emit('SIGINT', 'SIGINT');
  clock.ms = 499;
  process.emit('SIGINT', 'SIGINT');
  expect(left).toEqual([]);
});

test('what gives up for another reason is no interruption', () => {
  const { signal, giveUp, said } = listening();
  giveUp();
  expect(signal.aborted).toBe(true);
  expect(signal.reason).not.toBeInstanceOf(Interrupted);
  expect(said).toEqual([]);
});

test('nobody listens after the end', () => {
  const { process, stop } = listening();
  stop();
  expect(process.listenerCount('SIGINT') + process.listenerCount('SIGTERM') + process.listenerCount('SIGHUP')).toBe(0);
});
