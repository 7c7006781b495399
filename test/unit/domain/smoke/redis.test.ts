import { expect, test } from 'vitest';
import { readReply, redisCommand, redisReply, rqJob } from '../../../../src/domain/smoke/redis.ts';

test('a command is sent with the length of each word', () => {
  expect(redisCommand(['SET', 'key', 'two words'])).toBe('*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$9\r\ntwo words\r\n');
});

test.each([
  ['+OK\r\n', { kind: 'value', value: 'OK' }],
  [':3\r\n', { kind: 'value', value: '3' }],
  ['$-1\r\n', { kind: 'value', value: null }],
  ['$12\r\ntwo\r\nlines!!\r\n', { kind: 'value', value: 'two\r\nlines!!' }],
  ['-WRONGPASS invalid\r\n', { kind: 'refused', reason: 'WRONGPASS invalid' }],
] as const)('the reply %j is read', (text, reply) => {
  expect(redisReply.test(text)).toBe(true);
  expect(readReply(text)).toEqual(reply);
});

test('half a reply is waited for', () => {
  for (const text of ['', '+O', '$5\r\nhel', '$-']) expect(redisReply.test(text)).toBe(false);
});

test('a job of RQ says which function is called, as a pickle', () => {
  const words = rqJob('shop.jobs.ping', 'mail', '2026-06-01T12:00:00.000Z', 30);

  expect(words[words.indexOf('data') + 1]).toBe('(Vshop.jobs.ping\nN(t(dt.');
  expect(words[words.indexOf('origin') + 1]).toBe('mail');
});
