/**
 * Every effect as a small interface; types only. A stage asks for the few it uses,
 * an adapter provides them, a fake passes the same contract test.
 */

import type { Pipeline, PipelineEnd, PipelineReports } from './domain/pipelines/pipeline.ts';
import type { Answers, Request, RolloutEnd, RolloutRecord, Scope } from './domain/rollout/messages.ts';

// ---------------------------------------------------------------- time

export interface Clock {
  now(): Date;
  /** Milliseconds that never run backwards; only differences mean something. */
  monotonicMs(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

// ---------------------------------------------------------------- commands and processes

export type Argv = readonly [string, ...string[]];

export interface Command {
  readonly argv: Argv;
  readonly cwd?: string;
  /** Added to a minimal inherited environment (PATH, HOME, LANG, TMPDIR, proxy and certificate variables). */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** How much of each stream is kept, from its end; the rest is counted and dropped. Default 1 MiB. */
  readonly keepBytes?: number;
  /** Sees each line (secrets already masked, at most 8 KiB long) as it happens. */
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
  readonly signal?: AbortSignal;
  /** Run as another user; only root can. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly durationMs: number;
  readonly ended: 'exited' | 'timed-out' | 'aborted';
  /** Bytes that were dropped because of `keepBytes`. */
  readonly droppedBytes: number;
}

export interface Exec {
  /**
   * Run one command to its end in a process group of its own that dies with us.
   *
   * A non-zero exit is a value. Throws EnvironmentError `TOOL_MISSING` when the program is not there.
   */
  run(command: Command): Promise<CommandResult>;
}

/** A process that is provably ours: pid alone is not enough after a reboot or pid reuse. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time as the system tells it (Linux: clock ticks since boot). */
  readonly startedAt: string;
  readonly bootId: string;
}

export interface DaemonSpec {
  readonly argv: Argv;
  readonly cwd: string;
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** stdout and stderr are appended here. */
  readonly logFile: string;
  /** Gets the identity as JSON in the turn in which the process exists: for whoever may be killed right after. */
  readonly identityFile?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** Long-running processes in a session of their own: they outlive whoever started them. */
export interface Daemons {
  start(spec: DaemonSpec): Promise<ProcessIdentity>;
  isAlive(process: ProcessIdentity): boolean;
  /** SIGTERM to the group, SIGKILL after `graceMs`; resolves when nothing of it runs; fine if it is gone. */
  stop(process: ProcessIdentity, graceMs: number): Promise<void>;
}

// ---------------------------------------------------------------- files

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'symlink' | 'other';
  readonly size: number;
  readonly mode: number;
}

export interface Files {
  exists(path: string): Promise<boolean>;
  stat(path: string): Promise<FileStat | null>;
  readText(path: string): Promise<string>;
  readBytes(path: string): Promise<Uint8Array>;
  /** The last `bytes` of a file as text, for logs of any size; an absent file is empty. */
  readTail(path: string, bytes: number): Promise<string>;
  /** Temporary file, fsync, rename, fsync of the folder: whole or not at all. */
  writeAtomic(path: string, content: string | Uint8Array, mode?: number): Promise<void>;
  /** Append and fsync before it resolves. */
  appendDurable(path: string, content: string): Promise<void>;
  makeDirectory(path: string, mode?: number): Promise<void>;
  /** Names, sorted; an absent folder is empty. */
  list(path: string): Promise<readonly string[]>;
  readLink(path: string): Promise<string>;
  /** Copy a tree with modes and links; copy-on-write where the file system can. */
  copyTree(from: string, to: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** Remove a file or tree; fine if it is gone. */
  remove(path: string): Promise<void>;
  sha256(path: string): Promise<string>;
}

// ---------------------------------------------------------------- network

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Bytes of body that are read at most; default 5 MiB. */
  readonly maxBodyBytes?: number;
}

export interface HttpResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly durationMs: number;
}

/** One request, no redirect followed, no retry. A transport failure or deadline throws an Error with a plain message. */
export interface Http {
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface Ports {
  /** A TCP port on 127.0.0.1 that nobody listens on now. */
  free(): Promise<number>;
  /** True when something listens on 127.0.0.1:port. */
  isTaken(port: number): Promise<boolean>;
}

export interface SocketTarget {
  readonly host: string;
  readonly port: number;
  /** Speak TLS from the first byte, with this name (SNI); the certificate is not judged. */
  readonly tls?: { readonly serverName: string } | undefined;
  /** For all of it. */
  readonly timeoutMs: number;
}

/** Say something (or nothing), then read until the pattern matches what was heard since. */
export interface SocketTurn {
  readonly say: string;
  readonly until: RegExp;
}

export interface CertificateView {
  readonly subject: string;
  readonly issuer: string;
  /** DNS names and addresses that it is for. */
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  /** Null when this machine trusts its chain; else why not. */
  readonly distrust: string | null;
}

/** What arrived at a receiver. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Receiver {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** The first request that is wanted, at once when it is there already; null when none came in time. */
  wait(isWanted: (request: ReceivedRequest) => boolean, timeoutMs: number): Promise<ReceivedRequest | null>;
  close(): Promise<void>;
}

/** Conversations over TCP, byte for byte (latin1). A refusal, a cut or a deadline throws an Error with a plain message. */
export interface Sockets {
  /** Connect, take turns, hang up; answers what was heard in each turn. */
  converse(target: SocketTarget, turns: readonly SocketTurn[]): Promise<readonly string[]>;
  /** Shake hands and look at the certificate, whatever it is. */
  certificate(target: SocketTarget & { readonly tls: { readonly serverName: string } }): Promise<CertificateView>;
  /** Listen for HTTP requests and answer each with an empty 204; `port` 0 takes a free one. */
  receive(address: string, port: number): Promise<Receiver>;
}

// ---------------------------------------------------------------- the data path of the embedded proxy

/** Where one request goes. */
export interface Route {
  readonly releaseId: string;
  /** `127.0.0.1:PORT`, or where a container is. */
  readonly address: string;
}

export interface ExchangeEnd {
  /**
   * `failed`: 5xx, no answer in time, a connection refused or reset by the release; never 4xx.
   * `left`: the client went away first. `cut`: we ended it at a deadline.
   */
  readonly how: 'answered' | 'failed' | 'left' | 'cut';
  /** Until the release had sent all of its answer; null for what has no such time (a WebSocket). */
  readonly durationMs: number | null;
}

/** Decides about each request and is told how it ended; called on the hot path, so it neither waits nor throws. */
export interface TrafficRules {
  /** Shown instead of every release; null: the releases answer. */
  readonly page: string | null;
  /** Null when no release serves. */
  route(): Route | null;
  /** Where a GET or HEAD may go whose release refused the connection; null for nowhere. */
  detour(refused: Route): Route | null;
  /** An anonymous request that may be sent again. */
  replayable(path: string): void;
  began(route: Route): void;
  ended(route: Route, end: ExchangeEnd): void;
  /** Without a byte from the release for so long, an exchange fails. */
  readonly responseTimeoutMs: number;
  /** Say in `x-fairway-release` which release answered. */
  readonly releaseHeader: boolean;
}

export interface TrafficServer {
  /** End what is in flight to a release now; answers how many exchanges that were. */
  cut(releaseId: string): number;
  /** Close connections to a release on which nothing is in flight. */
  closeIdle(releaseId: string): void;
  /** Accept nothing more, wait for what is in flight, cut the rest at the deadline. */
  stop(graceMs: number): Promise<{ readonly cut: number }>;
}

/** Serves HTTP and WebSockets on 127.0.0.1. */
export interface Traffic {
  /** Throws EnvironmentError `PORT_TAKEN`. */
  serve(port: number, rules: TrafficRules): Promise<TrafficServer>;
}

// ---------------------------------------------------------------- containers

/** What an engine tells about an image. */
export interface ImageView {
  /** `sha256:...`: in the engine's own store the digest of the image's configuration. */
  readonly id: string;
  /** `amd64`, `arm64`. */
  readonly architecture: string;
  readonly sizeBytes: number;
  readonly hasHealthCheck: boolean;
  /** Its own ENTRYPOINT and CMD. */
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** TCP ports that it declares. */
  readonly ports: readonly number[];
  /** `repository:tag` of each tag, and `repository@sha256:...` of each registry that it came from or went to. */
  readonly tags: readonly string[];
  readonly registryDigests: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface ContainerMount {
  /** Name of a volume, or an absolute path on the engine's host. */
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
}

export interface ContainerSpec {
  readonly name: string;
  /** Image id: a name could mean another image by now. */
  readonly image: string;
  /** Instead of the image's own ENTRYPOINT. */
  readonly entrypoint?: readonly string[];
  /** Handed to the image's ENTRYPOINT, when it has one. */
  readonly argv: readonly string[];
  /** Sent in the body of a request to the engine: never part of a command line. */
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** `host`, or the name of a network. */
  readonly network: string;
  /** A container port, and the port of 127.0.0.1 on which it can be reached; null for none. */
  readonly publish: { readonly port: number; readonly hostPort: number } | null;
  readonly mounts: readonly ContainerMount[];
  readonly user: string | null;
  readonly memoryBytes: number | null;
  readonly cpus: number | null;
  readonly maxProcesses: number | null;
  /** An init process of the engine's: passes signals on and collects the dead. */
  readonly init: boolean;
  /** Sees the processes of the engine's host by their ids there. */
  readonly hostProcesses?: boolean;
  /** Whom the engine starts again by itself after its own restart. */
  readonly restart: 'no' | 'always';
}

/** A container as the engine sees it now. */
export interface ContainerView {
  readonly id: string;
  readonly name: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly isRunning: boolean;
  /** Of its first process on the engine's host; 0 when it does not run. */
  readonly pid: number;
  readonly exitCode: number;
  /** Ended by the kernel because it needed more memory than it may have. */
  readonly isOutOfMemory: boolean;
  /** Why the engine could not start it, or an empty text. */
  readonly error: string;
  /** Of the image's HEALTHCHECK; null without one. */
  readonly health: {
    readonly status: 'starting' | 'healthy' | 'unhealthy';
    /** What its last run printed. */
    readonly output: string;
  } | null;
  readonly memoryBytes: number | null;
  /** IPv4 address in each of its networks, while it runs. */
  readonly addresses: Readonly<Record<string, string>>;
}

export interface EngineView {
  readonly version: string;
  readonly architecture: string;
  readonly memoryBytes: number;
  readonly cpus: number;
}

/**
 * One container engine.
 *
 * Every call throws EnvironmentError `DOCKER_UNREACHABLE` when it does not answer in time, and `DOCKER_REFUSED` with
 * its own words when it says no.
 */
export interface Containers {
  engine(): Promise<EngineView>;
  /** By id, tag or registry digest; null when it is not there. */
  image(reference: string): Promise<ImageView | null>;
  images(
    labels: Readonly<Record<string, string | null>>,
  ): Promise<readonly { readonly id: string; readonly tags: readonly string[] }[]>;
  tag(imageId: string, repository: string, tag: string): Promise<void>;
  /** Take a name away; an image without names that nobody uses goes with it. Fine if it is gone or in use. */
  untag(reference: string): Promise<void>;
  /** Fetch `repository@sha256:...`. Throws EnvironmentError `IMAGE_MISSING`. */
  pull(reference: string, timeoutMs: number): Promise<void>;
  /** Answers its id. A name that is taken is DOCKER_REFUSED with the fact `status: 409`. */
  create(spec: ContainerSpec): Promise<string>;
  /** Fine if it runs. Throws EnvironmentError `TOOL_MISSING` when the image has no such program. */
  start(container: string): Promise<void>;
  /** By id or name; null when it is not there. */
  inspect(container: string): Promise<ContainerView | null>;
  /** Running or not, with all of these labels; null stands for any value. */
  list(
    labels: Readonly<Record<string, string | null>>,
  ): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** The image's stop signal, SIGKILL after `graceMs`; resolves when it does not run. Fine if it is gone. */
  stop(container: string, graceMs: number): Promise<void>;
  /** Delete a container, running or not, and its unnamed volumes. Fine if it is gone. */
  remove(container: string): Promise<void>;
  /** The last lines on both streams, oldest first. */
  logs(container: string, lines: number): Promise<readonly string[]>;
  /** SIGUSR2 and its like, to its first process. */
  signal(container: string, signal: string): Promise<void>;
  /** Whom the engine starts again, from now on. */
  setRestart(container: string, restart: ContainerSpec['restart']): Promise<void>;
  /** Where a volume lies on the engine's host; null when there is none of that name. */
  volumePath(name: string): Promise<string | null>;
  /** Make a bridge network unless there is one of that name. */
  ensureNetwork(name: string, labels: Readonly<Record<string, string>>): Promise<void>;
  /** Fine if it is gone, or if a container is still in it. */
  removeNetwork(name: string): Promise<void>;
}

/** The engine at an address as DOCKER_HOST writes it; null for the default of this machine. */
export type OpenContainers = (host: string | null) => Containers;

// ---------------------------------------------------------------- scanners

/** What a scanner looks at. Paths are absolute. */
export type ScanSubject =
  /** In the container engine at `host`, as DOCKER_HOST writes it; null for the default one. */
  | { readonly kind: 'image'; readonly reference: string; readonly host: string | null }
  /** In a registry: `repository@sha256:...` or `repository:tag`. */
  | { readonly kind: 'registry'; readonly reference: string }
  /** An image as `docker save` or an OCI layout in a tar file. */
  | { readonly kind: 'archive'; readonly path: string }
  | { readonly kind: 'directory'; readonly path: string }
  /** CycloneDX or SPDX, as JSON. */
  | { readonly kind: 'sbom'; readonly path: string };

export type ScanInterest = 'vulnerabilities' | 'secrets' | 'configuration' | 'licences';

export interface ScanOptions {
  /** What is looked for; an SBOM knows vulnerabilities and licences only. */
  readonly look: readonly ScanInterest[];
  /** Files that say which vulnerabilities do not affect a component (OpenVEX, CycloneDX or CSAF). */
  readonly vex: readonly string[];
  readonly database: {
    /** Fetch nothing: take the database that is there, whatever its age. */
    readonly isOffline: boolean;
    /** OCI repositories that have it, tried in this order; empty for the scanner's own. */
    readonly mirrors: readonly string[];
    /** The same for the index of Java archives, which is fetched when there is one to look at. */
    readonly javaMirrors: readonly string[];
  };
  /** For everything together. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

/** A scan that did not happen: neither clean nor with findings. */
export interface ScanFailure {
  readonly kind: 'failed';
  readonly code:
    | 'SCANNER_MISSING'
    | 'SCANNER_KILLED'
    | 'SCANNER_FAILED'
    | 'SCAN_TIMEOUT'
    | 'SCAN_INTERRUPTED'
    | 'SCAN_SUBJECT_MISSING'
    | 'SCAN_REPORT_TOO_LARGE'
    | 'SCAN_DATABASE_MISSING'
    | 'SCAN_DATABASE_BROKEN'
    | 'SCAN_DATABASE_LIMITED'
    | 'SCAN_DATABASE_UNREACHABLE';
  readonly reason: string;
  readonly hint: string;
}

/** What a scanner wrote, unread: whoever judges it reads it with the reader of that format. */
export interface ScanReport {
  readonly kind: 'report';
  readonly format: 'trivy' | 'grype';
  readonly text: string;
  /** When the database was made; null when it was not needed, or when nobody knows. */
  readonly databaseMadeAt: Date | null;
  /** What went otherwise than asked, though the scan was made. */
  readonly remarks: readonly string[];
}

export type SbomFormat = 'cyclonedx' | 'spdx';

/** One scanner. How it ended is never taken from an exit code alone; nothing is thrown but our own bugs. */
export interface Scanner {
  readonly name: string;
  /** The program of this machine, or null: it is not installed. */
  find(): Promise<{ readonly program: string; readonly version: string } | null>;
  scan(subject: ScanSubject, options: ScanOptions): Promise<ScanReport | ScanFailure>;
  /** List what is in a subject into a file; needs no database. */
  sbom(
    subject: ScanSubject,
    format: SbomFormat,
    to: { readonly path: string; readonly timeoutMs: number; readonly signal?: AbortSignal },
  ): Promise<{ readonly kind: 'written'; readonly path: string } | ScanFailure>;
}

// ---------------------------------------------------------------- images

/** An image as every build of its commit has it. */
export interface NormalImage {
  /** `sha256:...`: what the image is known by. */
  readonly configDigest: string;
  /** Of the manifest in the archive, with uncompressed layers; a registry may serve another one. */
  readonly manifestDigest: string;
  /** From the lowest on: digest and size uncompressed, and the line of the Dockerfile that made it. */
  readonly layers: readonly { readonly digest: string; readonly sizeBytes: number; readonly step: string }[];
  readonly config: Readonly<Record<string, unknown>>;
}

/** Archives of images, as `docker save` and OCI layouts have them. */
export interface ImageArchives {
  /**
   * Write an archive again without what depends on when, where and by which engine it was made; both forms read it.
   *
   * Throws EnvironmentError `IMAGE_ARCHIVE_BROKEN`.
   */
  normalise(
    from: string,
    to: string,
    rules: { readonly epochSeconds: number; readonly labels: Readonly<Record<string, string>> },
  ): Promise<NormalImage>;
  /** How many files lie below a folder without those that are left out, and below which of its folders. */
  countFiles(
    folder: string,
    isLeftOut: (path: string) => boolean,
  ): Promise<{
    readonly files: number;
    readonly folders: readonly { readonly path: string; readonly files: number }[];
  }>;
}

/** A document that hangs on an image in a registry, beside it and not in it. */
export interface Attachment {
  /** `sha256:...` of its own manifest. */
  readonly digest: string;
  /** What it is: `application/vnd.cyclonedx+json`. */
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Registries of images, by the distribution API of OCI. Images are named `repository@sha256:...`.
 *
 * What fails for a moment is tried again, and a registry that limits is waited for. Throws EnvironmentError
 * `REGISTRY_UNAVAILABLE`, `REGISTRY_LIMITED`, `REGISTRY_DENIED`, `REGISTRY_REFUSED`.
 */
export interface ImageRegistry {
  /** The digest that a tag stands for now; null when there is no such tag. */
  resolve(repository: string, tag: string): Promise<string | null>;
  /** Let tags stand for an image, wherever they stood. */
  tag(image: string, tags: readonly string[]): Promise<void>;
  /** Attach a document once: the same one again changes nothing. Answers the digest of its manifest. */
  attach(image: string, document: Omit<Attachment, 'digest'> & { readonly content: string }): Promise<string>;
  /** All that is attached, whether the registry knows referrers or keeps them under a tag. */
  attachedTo(image: string): Promise<readonly Attachment[]>;
  /** The content of a document; null when it is gone. Throws EnvironmentError `REGISTRY_CORRUPTED`. */
  read(image: string, attachment: Attachment): Promise<string | null>;
}

/** An engine that works by graphs, asked through a process of its own of which nothing is left afterwards. */
export interface Pipelines {
  /** Whether one is named here at all, without asking it: null, or why not. */
  readonly absence: string | null;
  /**
   * Run a pipeline to its end; lines are masked.
   *
   * Throws EnvironmentError `DAGGER_MISSING`, `DAGGER_UNREACHABLE`, `DAGGER_VERSION`, `DAGGER_LOST`, and the reason of
   * the signal when it aborts.
   */
  run(pipeline: Pipeline, options: PipelineOptions): Promise<PipelineEnd>;
}

export interface PipelineOptions {
  /** Until an engine answers; the default leaves time for one to be started. */
  readonly connectTimeoutMs?: number;
  /** For each step. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** A command begins, counted from 0. */
  readonly onStep?: (index: number) => void;
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
  /** What stands in the reports so far. */
  readonly onReports?: (reports: PipelineReports) => void;
}

// ---------------------------------------------------------------- databases

export type SqlValue = string | number | boolean | null | bigint | Date | Uint8Array;
export type SqlRow = Readonly<Record<string, unknown>>;

/** A failed statement, as the server tells it. */
export interface SqlFailure {
  readonly kind: 'sql-failure';
  /** SQLSTATE, or the server's own number as text. */
  readonly sqlState: string;
  readonly message: string;
  /** Offset in the statement, in characters from 0, where the server names one. */
  readonly position?: number;
  readonly detail?: string;
  readonly hint?: string;
}

/** One connection; statements run one after another. */
export interface SqlConnection {
  /** Throws an Error whose `failure` is a SqlFailure when the server refuses; EnvironmentError when it is gone. */
  query(text: string, values?: readonly SqlValue[]): Promise<readonly SqlRow[]>;
  close(): Promise<void>;
}

export interface Sql {
  connect(
    url: string,
    options: { readonly timeoutMs: number; readonly applicationName: string },
  ): Promise<SqlConnection>;
}

/** Server programs that this machine can run. */
export interface ServerPrograms {
  readonly version: string;
  /** Holds `bin`, `lib` and `share`. */
  readonly directory: string;
}

/** What a database server of ours must know about the machine and about us. */
export interface ServerHost {
  readonly platform: string;
  /** Ids to run a server as, when we are root and it refuses to be; null when it runs as ourselves. */
  readonly runAs: { readonly uid: number; readonly gid: number } | null;
  /** This very process: what it started and left behind is known by it. */
  readonly self: ProcessIdentity;
  /** Throws EnvironmentError `POSTGRES_MISSING` or `POSTGRES_ALTERED` where npm has not installed it and none can be fetched. */
  embeddedPostgres(): Promise<ServerPrograms>;
}

// ---------------------------------------------------------------- secrets

export interface Secrets {
  /** Resolve `env:NAME` or `file:PATH`; registers the value with the mask. Throws ConfigError `SECRET_MISSING`. */
  resolve(reference: string): Promise<string>;
}

// ---------------------------------------------------------------- what a run says

export type Outcome =
  | 'ok'
  | 'planned'
  | 'running'
  | 'refused'
  | 'rolled-back'
  | 'rollback-failed'
  | 'inconclusive'
  | 'locked'
  | 'interrupted'
  | 'error';

export type RunEvent =
  | { readonly type: 'run-started'; readonly command: string; readonly runId: string }
  | { readonly type: 'stage-started'; readonly stage: string; readonly title: string }
  | { readonly type: 'note'; readonly stage: string; readonly text: string }
  | { readonly type: 'warning'; readonly text: string }
  | { readonly type: 'output'; readonly stage: string; readonly stream: 'stdout' | 'stderr'; readonly line: string }
  | { readonly type: 'rollout'; readonly record: unknown; readonly text: string }
  | {
      readonly type: 'stage-finished';
      readonly stage: string;
      readonly outcome: Outcome;
      readonly durationMs: number;
      readonly summary: string;
    }
  | { readonly type: 'run-finished'; readonly outcome: Outcome; readonly code: string; readonly durationMs: number };

/** Takes the run's events; console, JSON lines and the final document are all made from them. */
export interface Reporter {
  report(event: RunEvent): void;
}

// ---------------------------------------------------------------- git

export interface CommitRecord {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly authorName: string;
  /** ISO 8601 with zone. */
  readonly committedAt: string;
  /** Whole message, as text. */
  readonly message: string;
}

export interface TagRecord {
  readonly name: string;
  /** The commit that it names, annotated or not. */
  readonly commit: string;
  /** What the ref itself holds: the tag object of an annotated tag, else the commit. */
  readonly object: string;
}

/** One ref, here or on a remote. */
export interface RemoteRef {
  readonly ref: string;
  /** What it holds, peeled to the commit where the remote tells it. */
  readonly commit: string;
  /** What the ref itself holds; a lease is taken on this. */
  readonly object: string;
}

/** `expected` null means the ref must not exist, undefined means do not care; `to` null deletes it. */
export interface RefUpdate {
  readonly ref: string;
  readonly to: string | null;
  readonly expected?: string | null;
}

/** `Name <mail>`; git refuses an empty name. */
export interface GitIdentity {
  readonly name: string;
  readonly email: string;
}

export interface FileChange {
  /** Relative to the top of the repository, with `/`. */
  readonly path: string;
  /** Null deletes it. */
  readonly content: string | null;
  /** In git's words; left out: an ordinary file. What is executable in the parent has to say so. */
  readonly mode?: '100755' | '120000';
}

/** One repository, through git itself; every argument that comes from outside is kept apart from options. */
export interface Repository {
  /** Absolute path of the top, and where the project lies below it (`''` or `examples/shop`). */
  readonly top: string;
  readonly prefix: string;
  /** Branch is null when HEAD is detached. */
  head(): Promise<{ readonly commit: string; readonly branch: string | null } | null>;
  /** Paths with uncommitted changes, at most 20, and whether there are more. */
  dirtyPaths(): Promise<{ readonly paths: readonly string[]; readonly more: boolean }>;
  isShallow(): Promise<boolean>;
  /** Full object name of a revision, or null. */
  resolve(revision: string): Promise<string | null>;
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** From `to` back to, and without, what `from` reaches; newest first. */
  history(range: {
    readonly from: readonly string[];
    readonly to: string | readonly string[];
    /** Sees each commit while git still reads the others. */
    readonly onCommit?: ((commit: CommitRecord) => void) | undefined;
  }): Promise<readonly CommitRecord[]>;
  /** Exactly these commits, without their ancestors; unknown ones are left out. */
  commits(shas: readonly string[]): Promise<readonly CommitRecord[]>;
  /** A name for the change that each commit makes, equal for the same change elsewhere; merges have none. */
  patchIds(shas: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Tags that name a commit; tags of trees and files are left out. */
  tags(): Promise<readonly TagRecord[]>;
  /** Throws ConfigError `FILE_NOT_TEXT` when it is not UTF-8. */
  readFile(commit: string, path: string): Promise<string | null>;
  /** Paths of the files of a commit, from the top of the repository, sorted. */
  listFiles(commit: string): Promise<readonly string[]>;
  /** What these paths are in a commit, in git's words: `100644`, `100755`, `120000` (a link), `160000`; absent ones are left out. */
  modes(commit: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** The tree of a commit below `prefix`, without history, into an empty folder. */
  exportTree(commit: string, directory: string): Promise<void>;
  /**
   * A commit on top of `parent` that touches neither branch, index nor work tree.
   * Dates come from the parent: the same input gives the same SHA.
   */
  commitOn(
    parent: string,
    changes: readonly FileChange[],
    message: string,
    options?: { readonly identity?: GitIdentity; readonly sign?: boolean },
  ): Promise<string>;
  /** An annotated tag object, dated like its commit and referenced by nothing yet; signed ones differ every time. */
  tagObject(
    name: string,
    commit: string,
    message: string,
    options?: { readonly identity?: GitIdentity; readonly sign?: boolean },
  ): Promise<string>;
  /** Move local refs, all or none. Throws EnvironmentError `REF_MOVED`. */
  updateRefs(updates: readonly RefUpdate[]): Promise<void>;
  /** Bring the checked-out branch forward and its index and clean files with it. */
  fastForward(branch: string, to: string): Promise<void>;
  /** A setting of git itself (`tag.gpgSign`), or null. */
  setting(key: string): Promise<string | null>;
  /** Local refs whose whole name matches a pattern (`*` stands for anything). */
  refs(pattern: string): Promise<readonly RemoteRef[]>;
  hasRemote(remote: string): Promise<boolean>;
  /** Where the remote is, without user and password. */
  remoteUrl(remote: string): Promise<string | null>;
  /** Refs whose whole name matches a pattern (`*` stands for anything). Throws EnvironmentError `REMOTE_UNREACHABLE`. */
  remoteRefs(remote: string, patterns: readonly string[]): Promise<readonly RemoteRef[]>;
  /** Bring these refs or commits and what they reach; `depth` deepens a shallow clone to so many commits. */
  fetch(
    remote: string,
    refs: readonly string[],
    options?: { readonly depth?: number; readonly withoutTrees?: boolean },
  ): Promise<void>;
  /** Exactly these refs, atomically, with lease. Throws EnvironmentError `PUSH_REJECTED`. */
  push(remote: string, updates: readonly RefUpdate[]): Promise<void>;
}

// ---------------------------------------------------------------- the forge

export interface ForgeAsset {
  readonly id: number;
  readonly name: string;
  readonly size: number;
  /** `sha256:...` where the forge tells it. */
  readonly digest: string | null;
  /** False while or after an upload that was cut off. */
  readonly isComplete: boolean;
}

export interface ForgeRelease {
  readonly id: number;
  readonly tag: string;
  readonly isDraft: boolean;
  readonly isPrerelease: boolean;
  /** Its assets can no longer change. */
  readonly isImmutable: boolean;
  readonly url: string;
  readonly body: string;
  /** Where its assets are sent. */
  readonly uploadUrl: string;
  readonly assets: readonly ForgeAsset[];
}

/** What issues and pull requests are told. */
export interface ForgeNote {
  /** Who has a comment with it gets no second one. */
  readonly marker: string;
  /** Null: no comment. */
  readonly text: string | null;
  /** Added to those that they have; made where the repository has none of that name. */
  readonly labels: readonly string[];
}

/** What stands in the way of a release, asked before the first write. */
export interface ForgePreflight {
  /** Null when the token can push; else why not. */
  readonly refusal: string | null;
  /** The branch takes commits only by pull request or merge queue. */
  readonly needsPullRequest: boolean;
  /** Commits must be signed: only those made through the forge are. */
  readonly needsSignature: boolean;
  /** Tags of this name may not be made. */
  readonly isTagProtected: boolean;
  readonly remarks: readonly string[];
}

/**
 * Where releases are shown. Reads are repeated by themselves; a write that failed is not, because nobody knows
 * whether it happened: look again, then do what is missing.
 *
 * Throws EnvironmentError `FORGE_UNAVAILABLE`, `FORGE_LIMITED`, `FORGE_DENIED`, `FORGE_REFUSED`.
 */
export interface Forge {
  readonly kind: string;
  preflight(target: { readonly branch: string | null; readonly tag: string }): Promise<ForgePreflight>;
  /** Drafts too; oldest first, when an interrupted run left more than one. */
  findReleases(tag: string): Promise<readonly ForgeRelease[]>;
  createDraft(release: {
    readonly tag: string;
    readonly commit: string;
    readonly name: string;
    readonly body: string;
    readonly isPrerelease: boolean;
  }): Promise<ForgeRelease>;
  publish(id: number, options: { readonly isLatest: boolean }): Promise<ForgeRelease>;
  deleteDraft(id: number): Promise<void>;
  uploadAsset(
    release: ForgeRelease,
    asset: { readonly name: string; readonly label: string | null; readonly content: Uint8Array },
  ): Promise<ForgeAsset>;
  renameAsset(id: number, name: string): Promise<void>;
  deleteAsset(id: number): Promise<void>;
  downloadAsset(id: number): Promise<Uint8Array>;
  /** A commit made by the forge. It signs those of apps and jobs, and not those of a person's token: `isSigned`. */
  commitOn(
    parent: string,
    changes: readonly FileChange[],
    message: string,
  ): Promise<{ readonly commit: string; readonly isSigned: boolean }>;
  createRef(ref: string, commit: string): Promise<void>;
  /** Open a pull request, or find the open one from the same branch. */
  propose(change: {
    readonly from: string;
    readonly into: string;
    readonly title: string;
    readonly body: string;
  }): Promise<{ readonly number: number; readonly url: string }>;
  /** Start a workflow on a tag, unless it was started there before. */
  startWorkflow(file: string, ref: string): Promise<void>;
  /**
   * Comment on issues and pull requests and label them, many with one request; what is there already is left as it is.
   *
   * Answers one sentence for each that refused; numbers that name nothing are passed over.
   */
  tell(issues: readonly number[], note: ForgeNote): Promise<readonly string[]>;
}

// ---------------------------------------------------------------- the agent, as a client sees it

export type {
  Answers,
  Frame,
  Hello,
  Request,
  RolloutEnd,
  RolloutRecord,
  Scope,
  WireError,
} from './domain/rollout/messages.ts';

/** A connection to the agent of this host; requests carry their own ids and survive one reconnection. */
export interface AgentConnection {
  /** Throws the agent's refusal as its error family; EnvironmentError `AGENT_GONE` when it does not come back. */
  request<R extends Request>(request: R): Promise<Answers[R['type']]>;
  /**
   * Hand over the records of a rollout from its beginning, until it ends; keeps the lease and reconnects by itself.
   *
   * `signal` only ends the following: it throws the signal's reason, and the rollout goes on by its lease.
   */
  follow(
    scope: Scope,
    rolloutId: string,
    onRecord: (record: RolloutRecord) => void,
    signal?: AbortSignal,
  ): Promise<RolloutEnd>;
  close(): Promise<void>;
}
