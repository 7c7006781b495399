import type { Inspector } from '../../databases/inspector.ts';
import type { Snapshot } from '../../domain/migration/fidelity/snapshot.ts';
import type { SqlConnection } from '../../ports.ts';
import type { Migrations, RehearsalDatabases } from './databases.ts';
import type { RehearsalInput, RehearsalPorts } from './input.ts';

/**
 * A copy of the base with the rows that the old release found and wrote, on which no release runs: what the
 * migrations do to it is theirs alone.
 */
export interface Shadow {
  readonly database: string;
  readonly inspect: <T>(look: (connection: SqlConnection) => Promise<T>) => Promise<T>;
  readonly snapshot: () => Promise<Snapshot>;
  /** Put the sequences back to where a snapshot saw them. */
  readonly restore: (snapshot: Snapshot) => Promise<void>;
}

const shadow = 'fairway_shadow';

/** Null where there is nothing to prove (no migration is pending) or nobody who can look. */
export async function makeShadow(
  { server, base, stage, pending }: RehearsalDatabases,
  input: RehearsalInput,
  ports: RehearsalPorts,
): Promise<Shadow | null> {
  const { inspector } = input.database.plugin;
  if (pending.length === 0 || inspector === undefined || input.migrations === null) return null;
  await server.create(shadow, base);
  const connect = async (database: string): Promise<SqlConnection> =>
    await ports.sql.connect(server.url(database, 'fairway'), { timeoutMs: 10_000, applicationName: 'fairway' });
  const inspect: Shadow['inspect'] = async (look) => {
    const connection = await connect(shadow);
    try {
      return await look(connection);
    } finally {
      await connection.close();
    }
  };
  await copy(inspector, inspect, await connect(stage), input.migrations);
  const { table } = input.migrations;
  return {
    database: shadow,
    inspect,
    snapshot: async () => await inspect(async (on) => await inspector.snapshot(on, table)),
    restore: async ({ sequences }) => await inspect(async (on) => await inspector.setSequences(on, sequences)),
  };
}

async function copy(
  inspector: Inspector,
  inspect: Shadow['inspect'],
  from: SqlConnection,
  { table }: Migrations,
): Promise<void> {
  try {
    await inspect(async (to) => await inspector.copyContents(from, to, table));
  } finally {
    await from.close();
  }
}
