import { expect, test } from 'vitest';
import { readDescription } from '../../../../src/proxies/haproxy/program.ts';

test('HAProxy 2.6 with Lua is fine', () => {
  const described = 'HAProxy version 2.6.12-1+deb12u4 2026/10/17 - https://haproxy.org/\nOPTIONS = USE_LUA=1\n';

  expect(readDescription('/usr/sbin/haproxy', described)).toEqual({ path: '/usr/sbin/haproxy', withLua: true });
});

test('one without Lua is fine too', () => {
  expect(readDescription('/opt/haproxy', 'HAProxy version 3.0.1\nFeature list : -LUA')).toMatchObject({
    withLua: false,
  });
});

test.each(['HA-Proxy version 2.2.9-2+deb11u6', 'HA-Proxy version 1.8.19'])('%s is refused', (described) => {
  expect(() => readDescription('/usr/sbin/haproxy', described)).toThrow(/2\.6 or newer is needed/);
});

test('a program that is no HAProxy is refused', () => {
  expect(() => readDescription('/bin/true', '')).toThrow('/bin/true is HAProxy ?; 2.6 or newer is needed');
});
