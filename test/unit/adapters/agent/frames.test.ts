import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeFrame, frameReader } from '../../../../src/adapters/agent/frames.ts';
import type { ReadFrame } from '../../../../src/adapters/agent/frames.ts';
import { fromWire, toWire } from '../../../../src/adapters/agent/wire.ts';
import { LockHeld } from '../../../../src/errors.ts';

function reader(limitBytes?: number) {
  const frames: ReadFrame[] = [];
  const garbage: string[] = [];
  const read = frameReader(
    { onFrame: (frame) => frames.push(frame), onGarbage: (why) => garbage.push(why) },
    limitBytes,
  );
  return { frames, garbage, read: (text: string | Buffer) => read(Buffer.from(text)) };
}

test('frames arrive whole and in order, wherever the stream was cut', () => {
  const frames = fc.array(fc.record({ id: fc.string({ maxLength: 20 }), request: fc.json() }), { maxLength: 8 });
  fc.assert(
    fc.property(frames, fc.array(fc.nat(40), { maxLength: 30 }), (sent, cuts) => {
      const { frames: got, garbage, read } = reader();
      let rest = Buffer.from(sent.map((frame) => encodeFrame(frame)).join(''));
      for (const cut of cuts) {
        read(rest.subarray(0, cut));
        rest = rest.subarray(cut);
      }
      read(rest);
      expect(got).toEqual(sent.map((frame) => ({ v: 1, ...frame })));
      expect(garbage).toEqual([]);
    }),
  );
});

test.each([
  ['no JSON', 'GET / HTTP/1.1\n'],
  ['no object', '[1]\n'],
  ['no id', '{"v":1}\n'],
  ['another version', '{"v":2,"id":"a"}\n'],
  ['a very long id', `{"v":1,"id":"${'x'.repeat(101)}"}\n`],
])('a line with %s is garbage, and nothing behind it is read', (_, line) => {
  const { frames, garbage, read } = reader();
  read(`${line}${encodeFrame({ id: 'b' })}`);
  read(encodeFrame({ id: 'c' }));

  expect(frames).toEqual([]);
  expect(garbage).toEqual(['a line that is no frame']);
});

test('a line that does not end within the limit is refused without being kept', () => {
  const { garbage, read } = reader(1_000);
  for (let n = 0; n < 3; n += 1) read('x'.repeat(400));

  expect(garbage).toEqual(['a frame of more than 1000 bytes']);
});

test('an error is the same on the other side, with its family, hint and facts', () => {
  const error = new LockHeld('LOCK_HELD', 'locked by ann', { hint: 'Wait.', facts: { who: 'ann' } });
  const there = fromWire(JSON.parse(JSON.stringify(toWire(error))) as never);

  expect(there).toBeInstanceOf(LockHeld);
  expect(there).toMatchObject({
    code: 'LOCK_HELD',
    message: 'locked by ann',
    hint: 'Wait.',
    facts: { who: 'ann' },
    exitCode: 7,
  });
  expect(fromWire({ family: 'constructor', code: 'X', message: 'y' }).exitCode).toBe(1);
});
