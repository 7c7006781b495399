import { expect, test } from 'vitest';
import { namedScript, scriptsInOrder } from '../../../../../src/entries/cli/migrations/scripts-in-order.ts';

test('what *.sql of a shell brings is ordered by version, and down scripts are left out', () => {
  const { direction, scripts, leftOut } = order(['m/10_c.sql', 'm/1_a.down.sql', 'm/1_a.up.sql', 'm/2_b.sql']);

  expect(direction).toBe('up');
  expect(scripts).toEqual(['m/1_a.up.sql', 'm/2_b.sql', 'm/10_c.sql']);
  expect(leftOut).toEqual(['m/1_a.down.sql']);
});

test('when nothing but down scripts is named, they are taken, from the newest to the oldest', () => {
  const { direction, scripts } = order(['m/0001_a.down.sql', 'm/0002_b.down.sql', 'm/U3__c.sql']);

  expect(direction).toBe('down');
  expect(scripts).toEqual(['m/U3__c.sql', 'm/0002_b.down.sql', 'm/0001_a.down.sql']);
});

test('when down scripts are wanted, the up scripts are left out', () => {
  const { scripts, leftOut } = order(['m/0001_a.down.sql', 'm/0001_a.sql'], true);

  expect(scripts).toEqual(['m/0001_a.down.sql']);
  expect(leftOut).toEqual(['m/0001_a.sql']);
});

test('a folder of Prisma gives its migration its name, and a file named twice counts once', () => {
  const { scripts, leftOut } = order([
    'p/20260102_b/migration.sql',
    'p/20260101_a/down.sql',
    'p/20260101_a/migration.sql',
    'p/20260102_b/migration.sql',
  ]);

  expect(scripts).toEqual(['p/20260101_a/migration.sql', 'p/20260102_b/migration.sql']);
  expect(leftOut).toEqual(['p/20260101_a/down.sql']);
});

test('files without a version keep their order, behind those that have one', () => {
  expect(order(['fix.sql', 'm/2_b.sql', 'also.sql', 'm/1_a.sql']).scripts).toEqual([
    'm/1_a.sql',
    'm/2_b.sql',
    'fix.sql',
    'also.sql',
  ]);
});

function order(
  paths: readonly string[],
  downsWanted = false,
): { readonly direction: string; readonly scripts: readonly string[]; readonly leftOut: readonly string[] } {
  const { direction, scripts, leftOut } = scriptsInOrder(paths.map(namedScript), downsWanted);
  return { direction, scripts: scripts.map((one) => one.path), leftOut: leftOut.map((one) => one.path) };
}
