import { expect, test } from 'vitest';
import type { AppEntry } from '../../../../src/proxies/haproxy/book.ts';
import type { Placed } from '../../../../src/proxies/haproxy/maps.ts';
import { hostsOf, mapsAfterRestart, mapsOf, readPlaced, readShownMap } from '../../../../src/proxies/haproxy/maps.ts';

const stable: Placed = { slot: 's1', releaseId: '1.4.0-abcdef0', address: '127.0.0.1:4001', weight: 95 };
const canary: Placed = { slot: 's2', releaseId: '1.5.0-abcdef1', address: '127.0.0.1:4002', weight: 5 };
const app: AppEntry = {
  name: 'a1',
  directory: '/state/apps/shop/production',
  hosts: [],
  settings: {
    responseTimeoutMs: 60_000,
    tunnelTimeoutMs: 3_600_000,
    releaseHeader: true,
    sticky: true,
    testers: true,
    redirect: false,
  },
  certificates: [],
  stable: { releaseId: stable.releaseId, address: stable.address, slot: stable.slot },
  page: null,
};

test('five of a hundred random numbers lead to a canary of five percent', () => {
  const { shares } = mapsOf([stable, canary], stable, app);

  expect(shares).toHaveLength(100);
  expect(shares.filter(([, slot]) => slot === 's2').map(([bucket]) => bucket)).toEqual(['95', '96', '97', '98', '99']);
});

test('a cookie keeps users with a release only while it gets traffic, and testers reach every release', () => {
  const { sticky, testers } = mapsOf(
    [
      { ...stable, weight: 100 },
      { ...canary, weight: 0 },
    ],
    stable,
    app,
  );

  expect(sticky).toEqual([[stable.releaseId, 's1']]);
  expect(testers).toEqual([
    [stable.releaseId, 's1'],
    [canary.releaseId, 's2'],
  ]);
});

test('after a restart only the stable release is known', () => {
  const maps = mapsAfterRestart(app);

  expect(maps.releases).toEqual([['s1', '1.4.0-abcdef0/127.0.0.1:4001/100']]);
  expect(new Set(maps.shares.map(([, slot]) => slot))).toEqual(new Set(['s1']));
});

test('what stands there is read back as it was written', () => {
  const { releases } = mapsOf([stable, canary], stable, app);
  const shown = releases.map(([key, value], i) => `0x55fe${i} ${key} ${value}`).join('\n');

  expect(readPlaced(readShownMap(`${shown}\n\n`))).toEqual([stable, canary]);
});

test('a page of several lines becomes one line, for a map has one entry per line', () => {
  const { settings } = mapsOf([], null, { ...app, page: '<h1>Back\n  soon</h1>\n' });

  expect(settings).toContainEqual(['page', '<h1>Back soon</h1>']);
});

test('an application without host names gets all that no other claims', () => {
  const other = { ...app, name: 'a2', hosts: ['blog.example', 'www.blog.example'] };

  expect(hostsOf({ address: '*', port: 80, tlsPort: null, apps: [app, other] })).toEqual([
    ['*', 'a1'],
    ['blog.example', 'a2'],
    ['www.blog.example', 'a2'],
  ]);
});
