import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EphemeralServer } from '../../../src/databases/database.ts';
import { ephemeralServer } from '../../../src/databases/postgres/ephemeral.ts';
import { postgresDialect } from '../../../src/domain/migration/dialect.ts';
import { sqlTool } from '../../../src/migration-tools/sql.ts';
import type { ApplyInput, MigratePorts } from '../../../src/stages/migrate/input.ts';
import type { SqlRow } from '../../../src/ports.ts';
import { type DatabaseWorld, databaseWorld } from '../databases/world.ts';

export interface MigrateWorld {
  readonly world: DatabaseWorld;
  readonly server: EphemeralServer;
  readonly ports: MigratePorts;
  /** A new database, and a way to ask it. */
  readonly database: () => Promise<Database>;
  readonly end: () => Promise<void>;
}

export interface Database {
  readonly name: string;
  readonly url: string;
  readonly ask: (text: string) => Promise<readonly SqlRow[]>;
  /** What `migrateApply` takes, for a folder with these files. */
  readonly input: (files: Readonly<Record<string, string>>) => Promise<ApplyInput>;
}

export async function migrateWorld(): Promise<MigrateWorld> {
  const world = await databaseWorld();
  const server = await ephemeralServer(world.context, world.ports);
  const ports: MigratePorts = { sql: world.ports.sql, clock: world.ports.clock, random: world.ports.random };
  let count = 0;
  const database = async (): Promise<Database> => {
    count += 1;
    const name = `db${count}`;
    await server.create(name);
    const url = server.url(name, 'fairway', 'owner');
    const ask = async (text: string): Promise<readonly SqlRow[]> => {
      const connection = await ports.sql.connect(url, { timeoutMs: 5_000, applicationName: 'test' });
      try {
        return await connection.query(text);
      } finally {
        await connection.close();
      }
    };
    let folders = 0;
    const input = async (files: Readonly<Record<string, string>>): Promise<ApplyInput> => {
      folders += 1;
      const tree = join(world.directory, name, String(folders));
      const directory = join(tree, 'migrations');
      await mkdir(directory, { recursive: true });
      for (const [file, text] of Object.entries(files)) await writeFile(join(directory, file), text);
      return {
        url,
        tool: sqlTool,
        dialect: postgresDialect,
        set: await sqlTool.list({ tree, directory: 'migrations', commit: '' }, postgresDialect, world.ports.files),
        table: 'fairway_migrations',
        runId: 'run-1',
        lockTimeoutMs: 500,
        statementTimeoutMs: 20_000,
        lockWaitMs: 10_000,
      };
    };
    return { name, url, ask, input };
  };
  const end = async (): Promise<void> => {
    await server.stop();
    await world.remove();
  };
  return { world, server, ports, database, end };
}
