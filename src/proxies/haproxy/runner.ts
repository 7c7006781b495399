import type { Book } from './book.ts';

/** A HAProxy that runs. */
export interface Running {
  /** How people find it: `process 4711`, `container fairway-haproxy-8080`. */
  readonly name: string;
  /** The command that ends it. */
  readonly endedBy: string;
  /** Whether it can be the process that answered on the socket. */
  isProcess(pid: number): boolean;
  /** What is in flight was given its time before. */
  stop(): Promise<void>;
}

/** Where HAProxy runs: as a process of this machine, or in a container of its engine. */
export interface HaproxyRunner {
  running(): Promise<Running | null>;
  /** Whether the program can do Lua. Throws EnvironmentError `TOOL_MISSING`, `HAPROXY_TOO_OLD`. */
  withLua(): Promise<boolean>;
  /**
   * Start it on the files that are written, or, where one runs, make it serve them: it takes the port over, and the
   * former ends what it has in flight. Throws EnvironmentError `PROXY_NOT_STARTED`, `PORT_TAKEN`.
   */
  start(book: Book): Promise<void>;
}
