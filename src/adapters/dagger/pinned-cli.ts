import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigError, EnvironmentError } from '../../errors.ts';
import type { Exec } from '../../ports.ts';
import { type DaggerRelease, daggerReleases } from './releases.ts';

const downloadTimeoutMs = 300_000;
const unpackTimeoutMs = 60_000;

export interface PinnedCliOptions {
  /** `v0.21.8`, or `v0.22.0@sha256:...` for one that Fairway does not know. */
  readonly wanted: string;
  /** `linux-x64`. */
  readonly platform: string;
  /** The runner's tool cache. */
  readonly toolCache: string;
  /** Where releases are; a mirror will do, since the bytes are checked. */
  readonly base: string;
  readonly exec: Exec;
  readonly say: (text: string) => void;
  readonly releases?: Readonly<Record<string, DaggerRelease>>;
}

export const daggerDownloads = 'https://dl.dagger.io/dagger/releases';

/**
 * Dagger's command line in the wanted version, from the tool cache or downloaded, and only with a known checksum.
 * Answers the variables by which an engine is found.
 *
 * Throws ConfigError `DAGGER_UNKNOWN`, `INPUT_INVALID`; EnvironmentError `DAGGER_DOWNLOAD`, `DAGGER_ALTERED`.
 */
export async function pinnedDagger(options: PinnedCliOptions): Promise<Readonly<Record<string, string>>> {
  const { toolCache, platform, say } = options;
  const { version, checksum, engine } = pinOf(options);
  const folder = join(toolCache, 'fairway-dagger', version, platform);
  const program = join(folder, platform.startsWith('win32') ? 'dagger.exe' : 'dagger');
  const note = join(folder, 'sha256');
  const noted = await readFile(note, 'utf8').catch(() => null);
  if (noted === null || noted !== `${checksum} ${await sha256(program).catch(() => '')}\n`) {
    say(`fetching Dagger ${version}`);
    await fetchInto(folder, program, note, { ...options, version, checksum });
  }
  if (engine === null) say(`the engine of Dagger ${version} is the one of its tag: Fairway knows no digest of it`);
  const image = `image://registry.dagger.io/engine:v${version}@${engine}`;
  return {
    _EXPERIMENTAL_DAGGER_CLI_BIN: program,
    ...(engine === null ? {} : { _EXPERIMENTAL_DAGGER_RUNNER_HOST: image }),
  };
}

function pinOf({ wanted, platform, releases = daggerReleases }: PinnedCliOptions) {
  const [, version, given] = /^v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)(?:@sha256:([0-9a-f]{64}))?$/.exec(wanted) ?? [];
  if (version === undefined) {
    throw new ConfigError('INPUT_INVALID', `dagger-version is not a version: ${JSON.stringify(wanted)}`, {
      hint: `Write it as v${Object.keys(releases).at(-1)}, or as v1.2.3@sha256:<checksum of the archive>.`,
    });
  }
  const known = releases[version];
  const checksum = known?.archives[platform] ?? given;
  if (checksum !== undefined) return { version, checksum, engine: known?.engine ?? null };
  throw new ConfigError('DAGGER_UNKNOWN', `Fairway knows no checksum of Dagger ${version} for ${platform}`, {
    hint: `Look it up in ${daggerDownloads}/${version}/checksums.txt (${archiveName(version, platform)}) and write dagger-version: v${version}@sha256:<checksum>; or choose from ${knownFor(platform, releases)}.`,
  });
}

function knownFor(platform: string, releases: Readonly<Record<string, DaggerRelease>>): string {
  const versions = Object.keys(releases).filter((version) => releases[version]?.archives[platform] !== undefined);
  return versions.length === 0 ? 'no version: none is known for this platform' : versions.join(', ');
}

function archiveName(version: string, platform: string): string {
  const [system = '', machine = ''] = platform.split('-');
  const architecture = machine === 'x64' ? 'amd64' : machine;
  return system === 'win32'
    ? `dagger_v${version}_windows_${architecture}.zip`
    : `dagger_v${version}_${system}_${architecture}.tar.gz`;
}

interface Fetch extends PinnedCliOptions {
  readonly version: string;
  readonly checksum: string;
}

async function fetchInto(folder: string, program: string, note: string, options: Fetch): Promise<void> {
  const { base, version, platform, checksum, exec, toolCache } = options;
  await mkdir(toolCache, { recursive: true });
  const temporary = await mkdtemp(join(toolCache, '.fairway-dagger-'));
  try {
    const name = archiveName(version, platform);
    const archive = join(temporary, name);
    await download(`${base.replace(/\/$/, '')}/${version}/${name}`, archive);
    const found = await sha256(archive);
    if (found !== checksum) {
      throw new EnvironmentError('DAGGER_ALTERED', `${name} is not what it was: sha256 ${found}, not ${checksum}`, {
        hint: 'Nothing of it was run. Look at where it comes from.',
      });
    }
    // bsdtar, which Windows has, unpacks zip as well.
    const result = await exec.run({ argv: ['tar', '-xf', archive], cwd: temporary, timeoutMs: unpackTimeoutMs });
    if (result.exitCode !== 0) throw trouble(`${name} cannot be unpacked: ${result.stderr.trim().slice(-300)}`);
    await rm(archive);
    const unpacked = join(temporary, program.slice(folder.length + 1));
    await chmod(unpacked, 0o755).catch((error: unknown) => {
      throw trouble(`${name} holds no program of that name`, error);
    });
    await writeFile(join(temporary, 'sha256'), `${checksum} ${await sha256(unpacked)}\n`);
    await rm(folder, { recursive: true, force: true });
    await mkdir(join(folder, '..'), { recursive: true });
    await rename(temporary, folder).catch(async (error: unknown) => {
      // Another step of this machine was first.
      if ((await stat(note).catch(() => null)) === null) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function download(url: string, file: string): Promise<void> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(downloadTimeoutMs) });
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    await pipeline(response.body, createWriteStream(file));
  } catch (error) {
    throw trouble(`${url}: ${error instanceof Error ? error.message : String(error)}`, error);
  }
}

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

const trouble = (message: string, cause?: unknown): EnvironmentError =>
  new EnvironmentError('DAGGER_DOWNLOAD', `Dagger could not be fetched: ${message}`, {
    hint: 'Run the job again, put dagger into the runner, or name a mirror in FAIRWAY_DAGGER_MIRROR.',
    ...(cause === undefined ? {} : { cause }),
  });
