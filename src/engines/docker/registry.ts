import { imageTag } from '../../domain/image/reference.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Argv, CommandResult } from '../../ports.ts';
import type { DockerPorts } from '../docker.ts';

/** Where images of releases are kept for all hosts. */
export interface Registry {
  /** `registry.example:5000/shop`, without a tag. */
  readonly repository: string;
  /** Null: as the docker command line is logged in. */
  readonly login: { readonly user: string; readonly password: () => Promise<string> } | null;
}

type LoginPort = 'exec' | 'docker' | 'files';

const moveTimeoutMs = 600_000;
const loginTimeoutMs = 30_000;

/**
 * Push an image as a version; answers `repository@sha256:...`, under which the registry serves it.
 *
 * What may pass is tried again. Throws EnvironmentError `PUSH_FAILED`, `LOGIN_FAILED`, `REGISTRY_DENIED`,
 * `REGISTRY_LIMITED`.
 */
export async function pushImage(
  { repository, login }: Registry,
  id: string,
  version: string,
  scratch: (purpose: string) => string,
  ports: DockerPorts,
): Promise<string> {
  const { containers } = ports;
  const reference = `${repository}:${imageTag(version)}`;
  await containers.tag(id, repository, imageTag(version));
  const pushed = await loggedIn(
    { repository, login },
    scratch,
    ports,
    async (run) => await patiently(async () => await run(['push', reference]), ports),
  );
  const image = await containers.image(id);
  const digest = image?.registryDigests.find((text) => text.startsWith(`${repository}@`));
  if (pushed.exitCode === 0 && digest !== undefined) return digest;
  throw refusal('PUSH_FAILED', `${reference} could not be pushed`, 'write', pushed);
}

const attempts = 4;
const firstWaitMs = 1_000;

/** The command line repeats what broke off, and gives up at once where a registry limits or fails. */
async function patiently(
  move: () => Promise<CommandResult>,
  { clock }: Pick<DockerPorts, 'clock'>,
): Promise<CommandResult> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await move();
    const kind = result.exitCode === 0 ? null : troubleOf(result);
    if ((kind !== 'limited' && kind !== 'failing') || attempt >= attempts) return result;
    await clock.sleep(firstWaitMs * 2 ** (attempt - 1));
  }
}

function troubleOf(result: CommandResult): 'limited' | 'failing' | 'denied' | 'other' {
  const words = result.stderr + result.stdout;
  if (/toomanyrequests|too many requests|\b429\b/i.test(words)) return 'limited';
  if (
    /unauthorized|authentication required|no basic auth credentials|access (?:to the resource )?is denied|\b40[13]\b/i.test(
      words,
    )
  )
    return 'denied';
  return /unexpected (?:HTTP )?status[^\n]*\b5\d\d\b|internal server error|service unavailable|bad gateway/i.test(words)
    ? 'failing'
    : 'other';
}

function refusal(code: string, what: string, verb: 'read' | 'write', result: CommandResult): EnvironmentError {
  const message = `${what}: ${lastWords(result)}`;
  const kind = troubleOf(result);
  if (kind === 'limited') {
    return new EnvironmentError('REGISTRY_LIMITED', message, {
      hint: 'Run the same command again later: it goes on where it stopped. A login often has a higher limit.',
    });
  }
  if (kind === 'denied') {
    return new EnvironmentError('REGISTRY_DENIED', message, {
      hint: `Log in with "docker login", or give build.registry.user and build.registry.password of somebody who may ${verb} there.`,
    });
  }
  return new EnvironmentError(code, message, {
    hint: `See that the registry can be reached and that the login may ${verb} there, then run the command again.`,
  });
}

/** Pull the image of a version; its id, or null when the registry has none. Throws EnvironmentError `PULL_FAILED`, `REGISTRY_*`, `LOGIN_FAILED`. */
export async function pullImage(
  registry: Registry,
  version: string,
  scratch: (purpose: string) => string,
  ports: Pick<DockerPorts, 'containers' | LoginPort>,
): Promise<string | null> {
  const reference = `${registry.repository}:${imageTag(version)}`;
  const pulled = await loggedIn(registry, scratch, ports, async (run) => await run(['pull', '--quiet', reference]));
  if (pulled.exitCode === 0) return (await ports.containers.image(reference))?.id ?? null;
  if (/manifest (?:unknown|for \S+ not found)|not found: manifest unknown|name unknown/i.test(pulled.stderr))
    return null;
  throw refusal('PULL_FAILED', `${reference} could not be pulled`, 'read', pulled);
}

type Run = (args: readonly string[]) => Promise<CommandResult>;

/** The login lives in a folder that is gone afterwards: nothing of it stays in the home of whoever runs this. */
async function loggedIn<T>(
  { repository, login }: Registry,
  scratch: (purpose: string) => string,
  { exec, docker, files }: Pick<DockerPorts, LoginPort>,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const runWith =
    (env: Readonly<Record<string, string>>): Run =>
    async (args) =>
      await exec.run({ argv: [docker.program, ...args] as unknown as Argv, env, timeoutMs: moveTimeoutMs });
  if (login === null) return await work(runWith(docker.env));
  const folder = scratch('login');
  await files.makeDirectory(folder, 0o700);
  try {
    const env = { ...docker.env, DOCKER_CONFIG: folder };
    const argv: Argv = [docker.program, 'login', '--username', login.user, '--password-stdin', ...serverOf(repository)];
    const answer = await exec.run({ argv, env, stdin: await login.password(), timeoutMs: loginTimeoutMs });
    if (answer.exitCode !== 0) {
      throw new EnvironmentError(
        'LOGIN_FAILED',
        `${repository} does not take the login of ${login.user}: ${lastWords(answer)}`,
        {
          hint: 'Correct build.registry.user and build.registry.password.',
        },
      );
    }
    return await work(runWith(env));
  } finally {
    await files.remove(folder);
  }
}

/** The registry that a repository names; none: the default one. */
function serverOf(repository: string): readonly string[] {
  const [first = ''] = repository.split('/');
  return /[.:]|^localhost$/.test(first) ? [first] : [];
}

function lastWords({ stderr, stdout }: CommandResult): string {
  return (stderr.trim() || stdout.trim()).split('\n').at(-1) ?? '';
}
