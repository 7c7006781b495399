import type { Manifest } from '../domain/artifact/manifest.ts';
import type { ServiceSpec } from '../domain/tests/services.ts';
import type { Argv, NormalImage } from '../ports.ts';

export interface BuiltDirectory {
  /** Typed digest: `directory:sha256:...`. */
  readonly artifact: string;
  /** Where it lies on this host. */
  readonly location: string;
  readonly manifest: Manifest;
}

export interface BuiltImage {
  /** Typed digest: `image:sha256:...`. */
  readonly artifact: string;
  /** How a container engine finds it: its id, or `repository@sha256:...`. */
  readonly location: string;
  readonly sizeBytes: number;
  /** What is known of it since it was built here; null for one that came from elsewhere. */
  readonly normal: NormalImage | null;
}

/** What a build made, kept by the engine and never changed again. */
export type BuiltArtifact = BuiltDirectory | BuiltImage;

export interface CommandsRequest {
  /** Full object name of the commit. */
  readonly commit: string;
  readonly version: string;
  /** Run one after another; the first that fails ends it. */
  readonly run: readonly Argv[];
  readonly env: Readonly<Record<string, string>>;
  /** For each command. */
  readonly timeoutMs: number;
  /** Its reason is thrown when it aborts. */
  readonly signal?: AbortSignal;
  /** Told before each command, `index` from 0. */
  readonly onCommand?: (argv: Argv, index: number) => void;
  readonly onLine?: (stream: 'stdout' | 'stderr', line: string) => void;
}

export interface BuildRequest extends CommandsRequest {
  /** Folder that becomes the artifact, or that an image is built from, relative to the tree of the commit. */
  readonly output: string;
  /** Where an image is built: its Dockerfile, relative to that folder, and its build arguments; never secrets. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  /** Seconds since 1970 that reproducible tools put into what they make. */
  readonly sourceDateEpoch?: number;
  /** Only where an image is built. */
  readonly image?: ImageRequest;
  /** Told what a person should know and no build fails for. */
  readonly onRemark?: (text: string) => void;
}

export interface ImageRequest {
  /** What the application is, for a commit without a Dockerfile. */
  readonly kind: 'node' | 'python' | 'plain' | null;
  /** Stage of the Dockerfile; null for the last one. */
  readonly target: string | null;
  /** `linux/amd64`; null for what the engine runs itself. */
  readonly platform: string | null;
  /** By the id that the Dockerfile mounts them with. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly ssh: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/** What an image was made by. */
export interface UsedDockerfile {
  /** Relative to the folder that the image is made of. */
  readonly path: string;
  readonly text: string;
  readonly isGenerated: boolean;
}

export interface TestRequest extends CommandsRequest {
  readonly artifact: BuiltArtifact;
  /** Files to read when the commands have ended, however they did; relative to the folder that they run in. */
  readonly reports?: readonly string[];
  /** Servers that are reached by their names, started before and gone afterwards. */
  readonly services?: Readonly<Record<string, ServiceSpec>>;
}

/** What was read after the commands; absent where an engine does not read. */
export interface ReadAfter {
  /** By path; null when no command wrote it. */
  readonly reports?: Readonly<Record<string, string | null>>;
  /** The folder that the commands ran in, as they saw it. */
  readonly root?: string;
}

/** A command that ran and did not succeed. */
export interface FailedCommand {
  readonly argv: Argv;
  /** Which of the commands, from 0. */
  readonly index: number;
  readonly ended: 'exited' | 'timed-out';
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  /** The last lines that it wrote on both streams, masked, at most 20. */
  readonly lastLines: readonly string[];
}

export interface FailedBuild {
  readonly kind: 'failed';
  readonly command: FailedCommand;
}

export type BuildResult =
  | { readonly kind: 'built'; readonly artifact: BuiltArtifact; readonly dockerfile?: UsedDockerfile }
  | FailedBuild;

export type TestResult =
  | ({ readonly kind: 'passed' } & ReadAfter)
  | ({ readonly kind: 'failed'; readonly command: FailedCommand } & ReadAfter);

/** A release by what its tag says; `artifact` where somebody knows which one was proven. */
export interface ReleaseQuestion {
  readonly version: string;
  readonly commit: string;
  readonly artifact: string | null;
}

/** Where builds and tests run, and where what they make is kept. */
export interface Engine {
  readonly name: string;
  /**
   * Build the tree of a commit.
   *
   * Throws EnvironmentError `TOOL_MISSING`, GateFailed `BUILD_OUTPUT_MISSING`, `BUILD_OUTPUT_EMPTY`,
   * `ARTIFACT_LINK_OUTSIDE`, `ARTIFACT_SPECIAL_FILE`, `DOCKERFILE_MISSING`, `DOCKERFILE_INVALID`.
   */
  build(request: BuildRequest): Promise<BuildResult>;
  /**
   * Run tests in a copy of an artifact, which stays as it is.
   *
   * Throws EnvironmentError `TOOL_MISSING`, `SERVICE_NOT_STARTED`, `SERVICE_EXITED`, `SERVICE_NOT_READY`, ConfigError
   * `SERVICES_UNFIT`.
   */
  test(request: TestRequest): Promise<TestResult>;
  /** What is kept under a digest, or null. */
  find(artifact: string): Promise<BuiltArtifact | null>;
  /** The very artifact of a release, brought here from wherever it is; null when nobody has it. */
  findRelease(question: ReleaseQuestion): Promise<BuiltArtifact | null>;
  /**
   * Put the artifact of a version where other hosts find it; answers where, null when no such place is configured.
   *
   * Throws EnvironmentError `PUSH_FAILED`, `LOGIN_FAILED`.
   */
  publish(artifact: string, version: string): Promise<string | null>;
  /** Throws EnvironmentError `ARTIFACT_CHANGED` when it is not what its digest says any more, and names what differs. */
  verify(artifact: BuiltArtifact): Promise<void>;
  /** Remove every artifact but these, of all applications; answers the digests that are gone. */
  prune(keep: readonly string[]): Promise<readonly string[]>;
}
