import type { Tally } from '../../domain/traffic/tally.ts';

/** HAProxy itself: its admin socket, the log of its requests, its program. */
export interface HaproxyRuntime {
  /**
   * One line of commands (apart by `;`), or one command with a payload, and the whole answer.
   *
   * Throws EnvironmentError `CONTROL_GONE`, `CONTROL_SILENT` and `SOCKET_PATH_TOO_LONG`.
   */
  ask(socketPath: string, line: string, timeoutMs: number): Promise<string>;
  /** What the log of requests tells of each release of an application, up to now. */
  tallies(socketPath: string, app: string): Promise<ReadonlyMap<string, Tally>>;
  /** Paths that anonymous users of an application asked for lately. */
  recentPaths(socketPath: string, app: string): Promise<readonly string[]>;
  /** Another process serves there now: what is counted begins anew. */
  forget(socketPath: string): Promise<void>;
  /** One change after another, of whichever application. */
  inTurn<T>(socketPath: string, change: () => Promise<T>): Promise<T>;
  /** The absolute path of a program; null when it is nowhere. */
  locate(program: string): Promise<string | null>;
  /** What `haproxy -vv` prints. */
  describe(program: string): Promise<string>;
}
