import { execFile } from 'node:child_process';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Dialect } from '../../../src/domain/migration/dialect.ts';

/** A tree as `prisma migrate dev` leaves it: folders with a script each, and the engine that they are for. */
export async function writePrisma(
  tree: string,
  engine: Dialect['engine'],
  folders: Readonly<Record<string, string | { readonly up: string; readonly down: string }>>,
): Promise<void> {
  const migrations = join(tree, 'prisma', 'migrations');
  await mkdir(migrations, { recursive: true });
  const provider = engine === 'postgres' ? 'postgresql' : 'mysql';
  await writeFile(join(migrations, 'migration_lock.toml'), `# keep it\nprovider = "${provider}"\n`);
  for (const [name, script] of Object.entries(folders)) {
    await mkdir(join(migrations, name), { recursive: true });
    const { up, down } = typeof script === 'string' ? { up: script, down: null } : script;
    await writeFile(join(migrations, name, 'migration.sql'), up);
    if (down !== null) await writeFile(join(migrations, name, 'down.sql'), down);
  }
}

const prisma = '/opt/fairway-ci/bin/prisma';

/** What the real Prisma needs besides its folders: a schema, a driver for its engine, and its packages. */
export async function makeReadyForPrisma(tree: string): Promise<void> {
  const schema = 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}\n';
  await writeFile(join(tree, 'prisma', 'schema.prisma'), schema);
  await writeFile(
    join(tree, 'prisma.config.mjs'),
    `import { defineConfig } from 'prisma/config';
import { PrismaPg } from '@prisma/adapter-pg';
export default defineConfig({
  schema: 'prisma/schema.prisma',
  engine: 'js',
  experimental: { adapter: true },
  adapter: async () => new PrismaPg({ connectionString: process.env.DATABASE_URL }),
});
`,
  );
  const packages = dirname(dirname(dirname(await realpath(prisma))));
  await symlink(packages, join(tree, 'node_modules'));
  // Its other engines are programs that it would load from elsewhere, and are not asked here.
  await writeFile(join(tree, 'no-engine'), '', { mode: 0o755 });
}

export async function prismaStatus(
  tree: string,
  url: string,
): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  const engine = join(tree, 'no-engine');
  const env = {
    ...process.env,
    DATABASE_URL: url,
    PRISMA_QUERY_ENGINE_LIBRARY: engine,
    PRISMA_SCHEMA_ENGINE_BINARY: engine,
    CHECKPOINT_DISABLE: '1',
  };
  return await new Promise((resolve) => {
    execFile(process.execPath, [prisma, 'migrate', 'status'], { cwd: tree, env, timeout: 60_000 }, (error, stdout) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code), stdout });
    });
  });
}
