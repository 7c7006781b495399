import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
