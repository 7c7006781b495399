import { expect, test } from 'vitest';
import { steadyBill } from '../../../../src/domain/image/sbom.ts';

const about = { artifact: 'image:sha256:1', epochSeconds: 0 };
const [one, two] = ['2594fcda-e7f4-461e-abb0-1e35d453e78b', '0db7fd65-46a1-44bd-b5c6-d732d928df1b'];

const bill = (first: string, second: string, tag: string): string =>
  JSON.stringify({
    bomFormat: 'CycloneDX',
    serialNumber: `urn:uuid:${first}`,
    metadata: {
      timestamp: `2026-01-01T00:00:0${tag.length}Z`,
      component: {
        'bom-ref': first,
        type: 'container',
        name: 'shop',
        properties: [
          { name: 'aquasecurity:trivy:RepoTag', value: tag },
          { name: 'aquasecurity:trivy:ImageID', value: 'x' },
        ],
      },
    },
    components: [
      { 'bom-ref': second, type: 'application', name: 'package-lock.json' },
      { 'bom-ref': 'pkg:npm/pg@8', type: 'library', name: 'pg', version: '8' },
    ],
    dependencies: [
      { ref: first, dependsOn: [second] },
      { ref: second, dependsOn: ['pkg:npm/pg@8'] },
    ],
  });

test('random names, times and tags of an engine are no part of a bill, and what hangs together still does', () => {
  const text = steadyBill('cyclonedx', bill(one, two, 'a:1'), about) ?? '';

  expect(steadyBill('cyclonedx', bill(two, one, 'elsewhere:2'), about)).toBe(text);
  const read = JSON.parse(text) as {
    readonly dependencies: unknown;
    readonly metadata: { readonly component: object };
  };
  expect(read.metadata.component).toMatchObject({
    'bom-ref': 'container:shop',
    properties: [{ name: 'aquasecurity:trivy:ImageID', value: 'x' }],
  });
  expect(read.dependencies).toEqual([
    { ref: 'application:package-lock.json', dependsOn: ['pkg:npm/pg@8'] },
    { ref: 'container:shop', dependsOn: ['application:package-lock.json'] },
  ]);
});

test.each([
  ['cyclonedx', 'no JSON'],
  ['cyclonedx', '{}'],
  ['spdx', '{"bomFormat":"CycloneDX"}'],
] as const)('what is no bill as %s is not taken for one: %s', (format, text) => {
  expect(steadyBill(format, text, about)).toBeNull();
});
