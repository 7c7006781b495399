import fc from 'fast-check';
import { expect, test } from 'vitest';
import { overlay } from '../../../src/config/merge.ts';

test('maps are merged, scalars and lists replaced', () => {
  const base = { deploy: { hold: '60s', steps: [5, 100] }, env: { A: '1' } };
  expect(overlay(base, { deploy: { steps: [100] }, env: { B: '2' } })).toEqual({
    deploy: { hold: '60s', steps: [100] },
    env: { A: '1', B: '2' },
  });
});

test('an empty value takes a section away', () => {
  expect(overlay({ database: { type: 'postgres' }, app: 'shop' }, { database: null })).toEqual({ app: 'shop' });
});

test('an empty value over a scalar stays, for the schema to judge', () => {
  expect(overlay({ release: { changelog: 'NEWS.md' } }, { release: { changelog: null } })).toEqual({
    release: { changelog: null },
  });
});

test('another type of plug-in replaces the whole map', () => {
  expect(overlay({ proxy: { type: 'embedded', port: 80 } }, { proxy: { type: 'haproxy' } })).toEqual({
    proxy: { type: 'haproxy' },
  });
});

test('the same type, and none, keep what the base says', () => {
  const base = { proxy: { type: 'embedded', port: 80 } };
  expect(overlay(base, { proxy: { port: 81 } })).toEqual({ proxy: { type: 'embedded', port: 81 } });
  expect(overlay(base, { proxy: { type: 'embedded' } })).toEqual(base);
});

test('an overlay that says nothing changes nothing, and neither side is changed by it', () => {
  const map = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.jsonValue({ maxDepth: 2 }));
  fc.assert(
    fc.property(map, map, (base, over) => {
      const before = structuredClone([base, over]);
      expect(overlay(base, {})).toEqual(base);
      overlay(base, over);
      expect([base, over]).toEqual(before);
    }),
  );
});
