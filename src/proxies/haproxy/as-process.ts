import { z } from 'zod';
import type { ProcessIdentity } from '../../ports.ts';
import type { ProxyPorts } from '../proxy.ts';
import type { HaproxyFiles } from './layout.ts';
import { notStarted, pidOf, readJson } from './process.ts';
import { findProgram } from './program.ts';
import type { HaproxyRunner } from './runner.ts';
import type { HaproxyRuntime } from './runtime.ts';

const startWithinMs = 10_000;
const lookMs = 20;
const endGraceMs = 1_000;

const identitySchema = z.object({ pid: z.number(), startedAt: z.string(), bootId: z.string() });

interface Where {
  readonly paths: HaproxyFiles;
  readonly runtime: HaproxyRuntime;
  readonly ports: ProxyPorts;
}

/** The installed program, as a process of this machine that outlives us. */
export function haproxyAsProcess(program: string, { paths, runtime, ports }: Where): HaproxyRunner {
  const { daemons, clock, files } = ports;
  return {
    async running() {
      const identity = await runningProcess({ paths, ports });
      if (identity === null) return null;
      return {
        name: `process ${identity.pid}`,
        endedBy: `kill ${identity.pid}`,
        isProcess: (pid) => pid === identity.pid,
        stop: async () => await daemons.stop(identity, endGraceMs),
      };
    },
    withLua: async () => (await findProgram(program, runtime)).withLua,
    async start(book) {
      const { path } = await findProgram(program, runtime);
      const former = await runningProcess({ paths, ports });
      const takeover = former === null ? [] : ['-sf', String(former.pid)];
      const process = await daemons.start({
        argv: [path, '-db', '-C', paths.folder, '-f', 'haproxy.cfg', ...takeover],
        cwd: paths.folder,
        env: {},
        logFile: paths.log,
        identityFile: paths.process,
      });
      const endsAt = clock.monotonicMs() + startWithinMs;
      while ((await pidOf(paths, runtime)) !== process.pid) {
        if (!daemons.isAlive(process) || clock.monotonicMs() > endsAt) {
          await daemons.stop(process, 0);
          await files.remove(paths.process);
          throw await notStarted(book, { paths, ports });
        }
        await clock.sleep(lookMs);
      }
    },
  };
}

/** The process that we started; null when it does not run. */
export async function runningProcess({
  paths,
  ports,
}: Pick<Where, 'paths' | 'ports'>): Promise<ProcessIdentity | null> {
  const identity = await readJson(paths.process, identitySchema, ports);
  return identity !== null && ports.daemons.isAlive(identity) ? identity : null;
}
