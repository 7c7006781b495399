import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Advisory } from '../../harness/trivy/database.ts';
import { tinyImage } from '../../harness/trivy/image.ts';
import { needs } from '../../requirements.ts';
import { lockfile, minimist, nobodys, openShop, type Shop } from './shop.ts';

const test = needs('git', 'trivy');

const openssl: Advisory = {
  id: 'CVE-2026-0010',
  ecosystem: 'debian 12',
  package: 'openssl',
  fixedIn: '3.0.16',
  severity: 'HIGH',
};
const zlib: Advisory = { id: 'CVE-2026-0011', ecosystem: 'debian 12', package: 'zlib1g', severity: 'CRITICAL' };
const bash: Advisory = {
  id: 'CVE-2026-0012',
  ecosystem: 'debian 12',
  package: 'bash',
  fixedIn: '5.3',
  severity: 'HIGH',
};

function image(shop: Shop, name: string, packages: readonly string[]) {
  const folder = join(shop.cache, name);
  mkdirSync(folder, { recursive: true });
  return tinyImage(folder, packages);
}

test('the last SBOM, scanned again with the database of today, tells introduced from disclosed and fixed', async () => {
  using shop = openShop();
  const [before, after] = [
    image(shop, 'before', ['openssl=3.0.15', 'bash=5.2']),
    image(shop, 'after', ['openssl=3.0.15', 'bash=5.3', 'zlib1g=1.2']),
  ];
  // On the day of the release nothing was known.
  shop.database([nobodys, { ...nobodys, ecosystem: 'debian 12' }]);
  const released = await shop.scan(['image', before.saved, '--offline', '--sbom', '1.0.0.cdx.json']);
  expect([released.document.code, released.code]).toEqual(['SCAN_CLEAN', 0]);

  shop.database([openssl, zlib, bash]);
  const { code, document, scan } = await shop.scan(['image', after.saved, '--offline', '--base', '1.0.0.cdx.json']);
  expect([document.code, code]).toEqual(['SCAN_FINDINGS', 3]);
  expect(scan?.base).toEqual({ from: '1.0.0.cdx.json', why: '' });
  expect(scan?.findings.map(({ id, since, blocks }) => [id, since, blocks])).toEqual([
    ['CVE-2026-0011', 'introduced', 'introduced'],
    ['CVE-2026-0010', 'disclosed', null],
  ]);
  expect(scan?.fixed.map(({ id }) => id)).toEqual(['CVE-2026-0012']);

  // Without the new package nothing of the change refuses it.
  const without = image(shop, 'without', ['openssl=3.0.15', 'bash=5.3']);
  const passed = await shop.scan(['image', without.saved, '--offline', '--base', '1.0.0.cdx.json']);
  expect([passed.document.code, passed.code]).toEqual(['SCAN_PASSED', 0]);
});

test('a finding has one fingerprint in an image, its OCI archive and its SBOM, where the scanner has three', async () => {
  using shop = openShop();
  shop.write('Dockerfile', 'FROM debian:12\nRUN apt-get install -y openssl\n');
  shop.commit('feat: an image');
  const { saved, layout } = image(shop, 'one', ['openssl=3.0.15', 'zlib1g=1.2']);
  shop.database([openssl, zlib]);
  const scans = [
    await shop.scan(['image', saved, '--offline', '--sbom', 'shop.cdx.json', '--sarif', 'shop.sarif']),
    await shop.scan(['image', layout, '--offline', '--sbom', 'shop.spdx.json']),
    await shop.scan(['sbom', 'shop.cdx.json', '--offline']),
  ];
  const prints = scans.map(({ scan }) => scan?.findings.map(({ id, fingerprint }) => [id, fingerprint]));
  expect(prints[0]).toHaveLength(2);
  expect(prints[1]).toEqual(prints[0]);
  expect(prints[2]).toEqual(prints[0]);

  const sarif = JSON.parse(readFileSync(join(shop.directory, 'shop.sarif'), 'utf8')) as {
    runs: { results: { ruleId: string; partialFingerprints: unknown; locations: unknown }[] }[];
  };
  const place = (startLine: number) => [
    { physicalLocation: { artifactLocation: { uri: 'Dockerfile' }, region: { startLine } } },
  ];
  const print = (id: string) => ({ 'fairwayFinding/v1': prints[0]?.find(([name]) => name === id)?.[1] });
  expect(
    sarif.runs[0]?.results.map(({ ruleId, partialFingerprints, locations }) => [
      ruleId,
      partialFingerprints,
      locations,
    ]),
  ).toEqual([
    ['CVE-2026-0011', print('CVE-2026-0011'), place(1)],
    ['CVE-2026-0010', print('CVE-2026-0010'), place(2)],
  ]);
});

test('the tree of a commit is compared with that of the last release', async () => {
  using shop = openShop();
  shop.git('tag', 'v1.0.0');
  shop.write('package-lock.json', lockfile({ minimist: '0.0.8', 'left-pad': '1.0.0' }));
  shop.commit('feat: pad');
  const pad: Advisory = { ...minimist, id: 'CVE-2026-0002', package: 'left-pad', affects: '<2' };
  shop.database([minimist, pad]);
  const { scan } = await shop.scan(['filesystem', '--offline']);
  expect(scan?.base.from).toBe('the tree of v1.0.0');
  expect(scan?.findings.map(({ id, since }) => [id, since])).toEqual([
    ['CVE-2026-0002', 'introduced'],
    ['CVE-2026-0001', 'disclosed'],
  ]);
});
