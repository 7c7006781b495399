import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { packageStatus, tinyImage } from '../../harness/trivy/image.ts';
import { needs } from '../../requirements.ts';
import { engineNeeds, openTestEngine, slowMs } from '../docker/engine.ts';
import { configuration, openShop } from './shop.ts';

needs(...engineNeeds, 'git', 'trivy')(
  'the image that an engine built is scanned where it is, and its findings are those of its archive',
  async () => {
    const engine = await openTestEngine();
    const folder = mkdtempSync(join(tmpdir(), 'fairway-scan-image-'));
    using shop = openShop({});
    try {
      shop.write('root/etc/os-release', 'ID=debian\nVERSION_ID="12"\n');
      shop.write('root/etc/debian_version', '12.0\n');
      shop.write('root/var/lib/dpkg/status', packageStatus('openssl=3.0.15'));
      shop.write('Dockerfile', 'FROM scratch\nCOPY root/ /\nUSER 1000\nHEALTHCHECK CMD ["true"]\nCMD ["true"]\n');
      shop.write('fairway.yml', `${configuration()}build: { engine: docker }\n`);
      shop.commit('feat: an image');
      shop.database([
        { id: 'CVE-2026-0010', ecosystem: 'debian 12', package: 'openssl', fixedIn: '3.0.16', severity: 'HIGH' },
      ]);
      const env = { DOCKER_HOST: engine.host };

      const built = await shop.scan(['--offline'], { env });
      expect([built.document.code, built.code]).toEqual(['SCAN_FINDINGS', 3]);
      expect(built.scan?.subject).toMatch(/^image sha256:/);
      expect(built.scan?.findings).toMatchObject([{ id: 'CVE-2026-0010', file: 'Dockerfile', line: 1 }]);

      // A system that the scanner does not know: nothing is found, and that is no proof of anything.
      shop.git('rm', '--quiet', 'root/etc/debian_version');
      shop.commit('chore: without a version');
      const unknown = await shop.scan(['--offline'], { env });
      expect(unknown.scan?.packages).toBe(0);
      expect(unknown.stderr).toContain('no list of packages was found in the image of');

      const archived = await shop.scan(['image', tinyImage(folder, ['openssl=3.0.15']).layout, '--offline']);
      expect(archived.scan?.findings[0]?.fingerprint).toBe(built.scan?.findings[0]?.fingerprint);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await engine.close();
    }
  },
  slowMs,
);
