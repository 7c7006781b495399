import type { Tally } from '../../domain/traffic/tally.ts';

export interface NginxWorker {
  readonly pid: number;
  /** It accepts nothing more. */
  readonly isEnding: boolean;
}

/** nginx itself: its processes, its log, its program. */
export interface NginxRuntime {
  /** The absolute path of a program; null when it is nowhere. */
  locate(program: string): Promise<string | null>;
  /** What `nginx -t` has against a configuration; null for nothing. */
  fault(program: string, folder: string): Promise<string | null>;
  signal(pid: number, signal: 'SIGHUP' | 'SIGTERM' | 'SIGQUIT'): void;
  workers(master: number): Promise<readonly NginxWorker[]>;
  /** Open connections of this machine to `127.0.0.1:PORT`. */
  connectionsTo(address: string): Promise<number>;
  /** What the log of requests tells of each release, up to now. */
  tallies(logFile: string): Promise<ReadonlyMap<string, Tally>>;
}
