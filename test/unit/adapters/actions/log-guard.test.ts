import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { runnerCommand } from '../../../../src/adapters/actions/commands.ts';
import { guardStreams } from '../../../../src/adapters/actions/log-guard.ts';
import { hostileTexts, huge } from '../../../harness/hostile.ts';
import { linesOf, readLog } from '../../../harness/log.ts';

function collected() {
  let text = '';
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stream, text: () => text };
}

const commandsIn = (text: string) => readLog(linesOf(text)).commands;

describe('whatever is written to a guarded stream', () => {
  test('there are more than 200 hostile texts', () => expect(hostileTexts.length).toBeGreaterThan(200));

  test('the harness reads commands out of many of them when nobody guards', () => {
    expect(commandsIn(hostileTexts.join('\n')).length).toBeGreaterThan(50);
  });

  test.each(hostileTexts.map((text, index) => ({ index, text })))('hostile text $index is no command', ({ text }) => {
    const { stream, text: written } = collected();
    const guard = guardStreams(stream, []);
    stream.write(text);
    stream.write(`\n${text}\n`);
    guard.end();
    expect(commandsIn(written())).toEqual([]);
  });

  test('nor is one that arrives byte by byte, or as bytes', () => {
    for (const text of [...hostileTexts.filter((one) => one.length < 100), huge.slice(0, 300)]) {
      const { stream, text: written } = collected();
      const guard = guardStreams(stream, []);
      for (const byte of Buffer.from(text)) stream.write(Buffer.from([byte]));
      guard.end();
      expect(commandsIn(written())).toEqual([]);
    }
  });

  test('what is said stays readable', () => {
    const { stream, text } = collected();
    const guard = guardStreams(stream, []);
    stream.write('::error::disk full\nok ##[section]x\nfine: a::b\n');
    guard.end();
    expect(text()).toBe(': :error::disk full\nok ## [section]x\nfine: a::b\n');
  });
});

describe('a command of our own', () => {
  test('stands on a line of its own, also behind an open one', () => {
    const { stream, text } = collected();
    const guard = guardStreams(stream, []);
    stream.write('open');
    guard.command(runnerCommand('add-mask', {}, 'secret'));
    stream.write('more\n');
    guard.end();
    expect(text()).toBe('open\n::add-mask::secret\nmore\n');
  });

  test.each(hostileTexts.map((text, index) => ({ index, text })))('keeps hostile text $index as it is', ({ text }) => {
    const line = runnerCommand('error', { title: text, file: text, line: 3, col: null }, text);
    const wellFormed = text.toWellFormed();
    expect(readLog([line]).commands.map((one) => ({ ...one, message: one.message.toWellFormed() }))).toEqual([
      { name: 'error', properties: expect.objectContaining({ line: '3' }) as unknown, message: wellFormed },
    ]);
    expect(readLog([line]).commands[0]?.properties['title']?.toWellFormed()).toBe(wellFormed);
    expect(line).not.toMatch(/[\r\n]/);
  });
});

test('after its end the streams are as they were', () => {
  const { stream, text } = collected();
  guardStreams(stream, []).end();
  stream.write('::debug::x\n');
  expect(text()).toBe('::debug::x\n');
});
