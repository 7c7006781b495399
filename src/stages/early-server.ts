import type { EphemeralServer } from '../databases/database.ts';
import type { DatabaseInput, DatabaseStagePorts } from './database.ts';

/** A throw-away server that starts while the application is being built; whoever takes it stops it. */
export interface EarlyServer {
  readonly take: () => Promise<EphemeralServer>;
  /** Stop it when nobody took it. */
  drop(): Promise<void>;
}

export function startEarly(database: DatabaseInput | null, ports: DatabaseStagePorts): EarlyServer | null {
  if (database === null) return null;
  const starting = database.plugin.ephemeral(database.config, database.context, ports);
  // Its failure is the rehearsal's to tell, which may come later or, when the build fails, never.
  starting.catch(() => undefined);
  let isTaken = false;
  return {
    take: async () => {
      isTaken = true;
      return await starting;
    },
    drop: async () => {
      if (isTaken) return;
      const server = await starting.catch(() => null);
      await server?.stop();
    },
  };
}
