import type { Exec } from '../../ports.ts';
import type { DockerTool } from '../docker.ts';

const askTimeoutMs = 20_000;
/** From this version on the command line leaves building with BuildKit to a plug-in that may be missing. */
const firstWithPlugIn = 23;

/**
 * What makes `docker build` use the best builder there is: BuildKit through buildx, BuildKit in the engine, else the
 * old one. DOCKER_BUILDKIT decides where it is set.
 */
export async function builderEnvironment(
  { program, env }: DockerTool,
  exec: Exec,
): Promise<Readonly<Record<string, string>>> {
  const plain = { BUILDKIT_PROGRESS: 'plain' };
  if (env['DOCKER_BUILDKIT'] !== undefined) return plain;
  const asked = { env, timeoutMs: askTimeoutMs };
  const buildx = await exec.run({ ...asked, argv: [program, 'buildx', 'version'] });
  if (buildx.exitCode === 0) return plain;
  const { stdout } = await exec.run({ ...asked, argv: [program, 'version', '--format', '{{.Client.Version}}'] });
  const major = Number.parseInt(stdout.trim().split('\n').at(-1) ?? '', 10);
  return { ...plain, DOCKER_BUILDKIT: major < firstWithPlugIn ? '1' : '0' };
}

/** What the environment of a build says about who builds. */
export const hasBuildKit = (env: Readonly<Record<string, string>>): boolean => env['DOCKER_BUILDKIT'] !== '0';
