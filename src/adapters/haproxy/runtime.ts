import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Tally } from '../../domain/traffic/tally.ts';
import { checkLength } from '../proxy/control-client.ts';
import { askAdmin } from './admin.ts';
import type { Evidence } from './evidence.ts';
import { followRequests } from './evidence.ts';
import { locateProgram } from './locate.ts';

const versionTimeoutMs = 5_000;

/** HAProxy as its plug-in uses it; one per process, so that the evidence of one proxy is read once. */
export function haproxyRuntime(path: string) {
  const evidences = new Map<string, Promise<Evidence>>();
  const queues = new Map<string, Promise<unknown>>();

  async function evidenceOf(socketPath: string): Promise<Evidence> {
    const known = evidences.get(socketPath);
    if (known !== undefined) return await known;
    const forget = (): void => {
      if (evidences.get(socketPath) === opening) evidences.delete(socketPath);
    };
    const opening = followRequests(socketPath, forget);
    evidences.set(socketPath, opening);
    opening.catch(forget);
    return await opening;
  }

  return {
    ask: async (socketPath: string, line: string, timeoutMs: number): Promise<string> => {
      checkLength(socketPath);
      return await askAdmin(socketPath, line, timeoutMs);
    },
    tallies: async (socketPath: string, app: string): Promise<ReadonlyMap<string, Tally>> =>
      await (await evidenceOf(socketPath)).tallies(app),
    recentPaths: async (socketPath: string, app: string): Promise<readonly string[]> =>
      (await evidenceOf(socketPath)).recentPaths(app),
    forget: async (socketPath: string): Promise<void> => {
      const known = evidences.get(socketPath);
      evidences.delete(socketPath);
      await known?.then(
        (evidence) => evidence.close(),
        () => {},
      );
    },
    /** One change after another, of whichever application. */
    inTurn: async <T>(socketPath: string, change: () => Promise<T>): Promise<T> => {
      const turn = (queues.get(socketPath) ?? Promise.resolve()).then(change);
      queues.set(
        socketPath,
        turn.catch(() => {}),
      );
      return await turn;
    },
    locate: async (program: string): Promise<string | null> => await locateProgram(program, path),
    /** What `haproxy -vv` prints. */
    describe: async (program: string): Promise<string> => {
      const { stdout } = await promisify(execFile)(program, ['-vv'], { timeout: versionTimeoutMs, env: {} });
      return stdout;
    },
  };
}
