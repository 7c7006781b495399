import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Exec } from '../../ports.ts';

export interface Login {
  readonly user: string;
  readonly password: string;
}

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: string; readonly username?: string; readonly password?: string }>
  >;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

const helperTimeoutMs = 20_000;
const dockerHub = 'https://index.docker.io/v1/';

/** As whom the docker command line is logged in at a registry; null when it is not. */
export async function dockerLogin(
  host: string,
  env: Readonly<Record<string, string | undefined>>,
  exec: Exec,
): Promise<Login | null> {
  const folder = env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? '/', '.docker');
  const config = await readConfig(join(folder, 'config.json'));
  const names =
    host === 'registry-1.docker.io' ? [dockerHub, 'docker.io'] : [host, `https://${host}`, `https://${host}/v2/`];
  for (const name of names) {
    const helper = config.credHelpers?.[name] ?? config.credsStore;
    const kept = (helper === undefined ? null : await askHelper(helper, name, exec)) ?? inline(config, name);
    if (kept !== null) return kept;
  }
  return null;
}

async function readConfig(path: string): Promise<DockerConfig> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as DockerConfig;
  } catch {
    // Nobody has logged in here.
    return {};
  }
}

function inline({ auths }: DockerConfig, name: string): Login | null {
  const entry = auths?.[name];
  if (entry?.username !== undefined && entry.password !== undefined) {
    return { user: entry.username, password: entry.password };
  }
  const text = Buffer.from(entry?.auth ?? '', 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 ? null : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Programs that keep logins answer one question on stdin. A token has the name `<token>`. */
async function askHelper(helper: string, name: string, exec: Exec): Promise<Login | null> {
  if (!/^[a-z0-9._-]+$/i.test(helper)) return null;
  const argv = [`docker-credential-${helper}`, 'get'] as const;
  const answer = await exec.run({ argv, stdin: name, timeoutMs: helperTimeoutMs }).catch(() => null);
  if (answer?.exitCode !== 0) return null;
  const { Username: user, Secret: password } = JSON.parse(answer.stdout) as { Username?: string; Secret?: string };
  return user === undefined || password === undefined ? null : { user, password };
}
