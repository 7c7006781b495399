import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { needs } from '../../requirements.ts';
import { minimist, openShop } from './shop.ts';

const test = needs('git', 'trivy');
const fixture = readFileSync(join(import.meta.dirname, '../../fixtures/scan/grype.json'), 'utf8');
const report = (built: Date): string => fixture.replace('BUILT', built.toISOString());

test('what grype found is judged like what Trivy finds: the same finding, the same fingerprint, the same end', async () => {
  using shop = openShop();
  shop.write('grype.json', report(new Date()));
  shop.commit('chore: a report');
  shop.database([minimist]);
  const byTrivy = await shop.scan(['filesystem', '--offline']);
  const byGrype = await shop.scan(['filesystem', '--report', 'grype.json', '--offline']);
  expect([byGrype.document.code, byGrype.code]).toEqual(['SCAN_FINDINGS', 3]);
  const told = [byTrivy, byGrype].map(({ scan }) =>
    scan?.findings.map(({ component, version, severity, fixedIn, fingerprint }) => [
      component,
      version,
      severity,
      fixedIn,
      fingerprint,
    ]),
  );
  expect(told[1]).toEqual(told[0]);
  expect(byGrype.scan?.notAffected).toMatchObject([{ id: 'CVE-2026-0002', component: 'left-pad' }]);

  shop.write('grype.json', report(new Date(Date.now() - 30 * 86_400_000)));
  shop.commit('chore: an old report');
  const old = await shop.scan(['filesystem', '--report', 'grype.json', '--offline']);
  expect([old.document.code, old.code]).toEqual(['SCAN_DATABASE_STALE', 8]);
});
