import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Routing, RoutingChange } from '../../../../src/domain/traffic/routing.ts';
import { chooseBackend, reroute, routingAfterRestart } from '../../../../src/domain/traffic/routing.ts';

const old = { releaseId: '1.3.9-aaaaaaa', address: '127.0.0.1:4001' };
const fresh = { releaseId: '1.4.0-bbbbbbb', address: '127.0.0.1:4002' };
const canary: Routing = {
  stable: old,
  backends: [
    { ...old, weight: 95 },
    { ...fresh, weight: 5 },
  ],
};

function after(routing: Routing, ...changes: readonly RoutingChange[]): Routing {
  return changes.reduce((so, change) => {
    const rerouted = reroute(so, change);
    if (rerouted.kind === 'refused') throw new Error(rerouted.reason);
    return rerouted.routing;
  }, routing);
}
const weights = ({ backends }: Routing): Readonly<Record<string, number>> =>
  Object.fromEntries(backends.map(({ releaseId, weight }) => [releaseId, weight]));

test('after its own restart a proxy knows nothing but the stable release', () => {
  expect(routingAfterRestart(old)).toEqual({ stable: old, backends: [{ ...old, weight: 100 }] });
  expect(routingAfterRestart(null)).toEqual({ stable: null, backends: [] });
});

test('a release that was added gets nothing until it is named in a shift', () => {
  const added = after(routingAfterRestart(old), { type: 'add', ...fresh });

  expect(weights(added)).toEqual({ [old.releaseId]: 100, [fresh.releaseId]: 0 });
  expect(weights(after(added, { type: 'shift', weights: { [old.releaseId]: 75, [fresh.releaseId]: 25 } }))).toEqual({
    [old.releaseId]: 75,
    [fresh.releaseId]: 25,
  });
});

test('a release that is not named in a shift gets nothing any more', () => {
  expect(weights(after(canary, { type: 'shift', weights: { [old.releaseId]: 100 } }))).toEqual({
    [old.releaseId]: 100,
    [fresh.releaseId]: 0,
  });
});

test('the stable release may get a new address, which a restart knows too', () => {
  const moved = after(canary, { type: 'add', releaseId: old.releaseId, address: '127.0.0.1:4009' });

  expect(moved.stable).toEqual({ releaseId: old.releaseId, address: '127.0.0.1:4009' });
  expect(weights(moved)).toEqual(weights(canary));
});

describe('a change is refused with its reason', () => {
  test.each<[RoutingChange, string, string]>([
    [
      { type: 'shift', weights: { [old.releaseId]: 60, [fresh.releaseId]: 30 } },
      'BAD_WEIGHTS',
      'shares must add up to 100, these are 60 + 30 = 90',
    ],
    [
      { type: 'shift', weights: { [old.releaseId]: 110, [fresh.releaseId]: -10 } },
      'BAD_WEIGHTS',
      'shares must add up to 100, these are 110 + -10 = 100',
    ],
    [
      { type: 'shift', weights: { '9.9.9-ccccccc': 100 } },
      'UNKNOWN_RELEASE',
      '9.9.9-ccccccc was not added; known: 1.3.9-aaaaaaa, 1.4.0-bbbbbbb',
    ],
    [
      { type: 'remove', releaseId: fresh.releaseId },
      'STILL_SERVING',
      '1.4.0-bbbbbbb gets 5 % of the traffic: shift it away first',
    ],
  ])('%j', (change, code, reason) => {
    expect(reroute(canary, change)).toEqual({ kind: 'refused', code, reason });
  });
});

test('whatever is asked, doing it twice is doing it once, and shares add up to 100 or nothing serves', () => {
  const ids = fc.constantFrom('a', 'b', 'c');
  const change: fc.Arbitrary<RoutingChange> = fc.oneof(
    fc.record({
      type: fc.constant('add' as const),
      releaseId: ids,
      address: fc.constantFrom('127.0.0.1:1', '127.0.0.1:2'),
    }),
    fc.record({ type: fc.constant('remove' as const), releaseId: ids }),
    fc.record({ type: fc.constant('persist-stable' as const), releaseId: ids }),
    fc
      .tuple(ids, ids, fc.integer({ min: 0, max: 100 }))
      .map(([a, b, share]) => ({ type: 'shift' as const, weights: { [a]: 100 - share, [b]: a === b ? 100 : share } })),
  );
  fc.assert(
    fc.property(fc.array(change, { maxLength: 20 }), (changes) => {
      let routing = routingAfterRestart(null);
      for (const one of changes) {
        const once = reroute(routing, one);
        if (once.kind === 'refused') continue;
        const again = reroute(once.routing, one);
        expect(again).toEqual(once);
        routing = once.routing;
        const sum = routing.backends.reduce((total, { weight }) => total + weight, 0);
        expect([0, 100]).toContain(sum);
      }
    }),
  );
});

describe('the choice of a release', () => {
  test('follows the shares exactly over all chances', () => {
    const chosen = Array.from({ length: 1_000 }, (_, i) => chooseBackend(canary.backends, i / 1_000)?.releaseId);

    expect(chosen.filter((releaseId) => releaseId === fresh.releaseId)).toHaveLength(50);
  });

  test('never falls on a share of 0, also at the edge', () => {
    const backends = [
      { ...fresh, weight: 0 },
      { ...old, weight: 100 },
      { ...fresh, weight: 0 },
    ];

    for (const random of [0, 0.5, 1 - Number.EPSILON]) expect(chooseBackend(backends, random)).toMatchObject(old);
  });

  test('is nobody when nobody serves', () => {
    expect(chooseBackend([], 0.5)).toBeNull();
    expect(chooseBackend([{ ...fresh, weight: 0 }], 0.5)).toBeNull();
  });
});
