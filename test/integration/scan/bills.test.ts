import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { steadyBill } from '../../../src/domain/image/sbom.ts';
import { needs } from '../../requirements.ts';
import { root } from '../cli/fairway.ts';
import { trivy } from './shop.ts';

const hashOf = (text: string | null): string =>
  createHash('sha256')
    .update(text ?? '')
    .digest('hex');

needs('trivy')(
  'bills of materials of a real scanner are the same for the same artifact, whenever they are made',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairway-bills-'));
    try {
      await cp(join(root, 'examples/shop/package-lock.json'), join(folder, 'shop/package-lock.json'));
      const about = { artifact: 'directory:sha256:1', epochSeconds: 1_700_000_000 };
      const write = async (format: 'cyclonedx' | 'spdx', name: string): Promise<string> => {
        const path = join(folder, name);
        const argv = ['fs', '--quiet', '--offline-scan', '--cache-dir', join(folder, 'cache'), '--output', path];
        const form = format === 'spdx' ? 'spdx-json' : format;
        await promisify(execFile)(trivy, [...argv, '--format', form, join(folder, 'shop')], { timeout: 60_000 });
        return await readFile(path, 'utf8');
      };
      for (const format of ['cyclonedx', 'spdx'] as const) {
        const [first, second] = [await write(format, 'first'), await write(format, 'second')];
        const steady = steadyBill(format, first, about);

        // Whole documents would fill pages when they differ.
        const hashes = [first, second, steady, steadyBill(format, second, about)].map(hashOf);
        expect(hashes[0]).not.toBe(hashes[1]);
        expect(hashes[2]).toBe(hashes[3]);
        expect(steady?.includes('pkg:npm/pg@')).toBe(true);
        const other = steadyBill(format, first, { ...about, artifact: 'directory:sha256:2' });
        expect(hashOf(other)).not.toBe(hashes[2]);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
