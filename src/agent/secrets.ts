import { EnvironmentError } from '../errors.ts';
import type { Files } from '../ports.ts';

/** Values of a release's secrets, kept so that its processes can be started again; a file of this user alone. */
export async function keepSecrets(
  directory: string,
  releaseId: string,
  secrets: Readonly<Record<string, string>>,
  ports: { readonly files: Files },
): Promise<void> {
  await ports.files.makeDirectory(`${directory}/secrets`, 0o700);
  await ports.files.writeAtomic(secretsPath(directory, releaseId), `${JSON.stringify(secrets)}\n`, 0o600);
}

/** Throws EnvironmentError `SECRETS_GONE` when one of `names` is not kept. */
export async function readSecrets(
  directory: string,
  releaseId: string,
  names: readonly string[],
  ports: { readonly files: Files },
): Promise<Readonly<Record<string, string>>> {
  if (names.length === 0) return {};
  const path = secretsPath(directory, releaseId);
  const text = (await ports.files.exists(path)) ? await ports.files.readText(path) : '{}';
  const kept = JSON.parse(text) as Record<string, string>;
  const missing = names.filter((name) => kept[name] === undefined);
  if (missing.length === 0) return Object.fromEntries(names.map((name) => [name, kept[name] ?? '']));
  throw new EnvironmentError('SECRETS_GONE', `${path} does not hold ${missing.join(', ')}`, {
    hint: 'Deploy the release again: the secrets travel with it.',
  });
}

export async function forgetSecrets(
  directory: string,
  releaseId: string,
  ports: { readonly files: Files },
): Promise<void> {
  await ports.files.remove(secretsPath(directory, releaseId));
}

function secretsPath(directory: string, releaseId: string): string {
  return `${directory}/secrets/${releaseId}.json`;
}
