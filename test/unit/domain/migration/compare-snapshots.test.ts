import { expect, test } from 'vitest';
import { compareSnapshots } from '../../../../src/domain/migration/fidelity/compare-snapshots.ts';
import type { Snapshot } from '../../../../src/domain/migration/fidelity/snapshot.ts';

const snapshot = (parts: Partial<Snapshot> = {}): Snapshot => ({
  schema: [{ kind: 'index', name: 'public.a_id', definition: 'CREATE INDEX a_id ON a (id)' }],
  contents: [{ table: 'public.a', rows: 2, checksum: '7' }],
  sequences: [{ sequence: 'public.a_seq', lastValue: 5n, isCalled: true }],
  ...parts,
});

test('two equal databases have no difference', () => {
  expect(compareSnapshots(snapshot(), snapshot())).toEqual([]);
});

test('an index that is gone and one that is left over are both told', () => {
  const after = snapshot({ schema: [{ kind: 'index', name: 'public.b', definition: 'CREATE INDEX b ON a (id)' }] });
  expect(compareSnapshots(snapshot(), after).map(({ kind, text }) => [kind, text])).toEqual([
    ['missing', 'index public.a_id is missing: CREATE INDEX a_id ON a (id)'],
    ['added', 'index public.b is left over: CREATE INDEX b ON a (id)'],
  ]);
});

test('lost rows and rewritten rows are told apart', () => {
  const lost = snapshot({ contents: [{ table: 'public.a', rows: 1, checksum: '3' }] });
  const rewritten = snapshot({ contents: [{ table: 'public.a', rows: 2, checksum: '8' }] });
  expect(compareSnapshots(snapshot(), lost)[0]?.text).toBe('table public.a had 2 rows and has 1');
  expect(compareSnapshots(snapshot(), rewritten)[0]?.text).toBe(
    'table public.a: its 2 rows do not hold what they held',
  );
});

test('a sequence that went on is benign, one that goes back is not', () => {
  const at = (lastValue: bigint) => snapshot({ sequences: [{ sequence: 'public.a_seq', lastValue, isCalled: true }] });
  expect(compareSnapshots(snapshot(), at(9n))).toMatchObject([{ kind: 'sequence', severity: 'benign' }]);
  expect(compareSnapshots(snapshot(), at(1n))).toMatchObject([{ kind: 'sequence', severity: 'broken' }]);
});
