import type { SpawnOptions } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Daemons } from '../../ports.ts';
import { endGroup } from './process-group.ts';
import { isAlive } from './process-table.ts';
import { startProgram } from './spawn.ts';

/** Long-running processes of this machine, known by pid, start time and boot. */
export function nodeDaemons(): Daemons {
  return {
    async start({ argv, cwd, env, logFile, identityFile, uid, gid }) {
      await mkdir(dirname(logFile), { recursive: true });
      const log = await open(logFile, 'a', 0o600);
      try {
        const options = {
          cwd,
          env: { ...env },
          stdio: ['ignore', log.fd, log.fd] as SpawnOptions['stdio'],
          ...(uid === undefined ? {} : { uid }),
          ...(gid === undefined ? {} : { gid }),
        };
        const { child, identity } = await startProgram(argv, options, (process) => {
          if (identityFile !== undefined) writeFileSync(identityFile, JSON.stringify(process), { mode: 0o600 });
        });
        child.unref();
        return identity;
      } finally {
        await log.close();
      }
    },
    isAlive,
    stop: async (process, graceMs) => await endGroup({ leader: process }, graceMs),
  };
}
