import { InternalError } from '../../errors.ts';
import type { ContainerMount } from '../../ports.ts';
import type { TargetContext, TargetPorts } from '../target.ts';
import type { DockerConfig } from './schema.ts';

const inside = '/run/secrets';

export interface GivenSecrets {
  readonly env: Readonly<Record<string, string>>;
  readonly mounts: readonly ContainerMount[];
}

/**
 * Secrets as the configuration wants them given: variables, or files that a variable names.
 *
 * The folder above the files is for this user alone; below it whoever runs in the container may read.
 */
export async function secretMount(
  releaseId: string,
  secrets: Readonly<Record<string, string>>,
  context: TargetContext,
  config: DockerConfig,
  { files, hostPath }: Pick<TargetPorts, 'files' | 'hostPath'>,
): Promise<GivenSecrets> {
  const names = Object.keys(secrets);
  if (config.secrets === 'environment' || names.length === 0) return { env: secrets, mounts: [] };
  const folder = secretFolder(context, releaseId);
  await files.makeDirectory(folder, 0o700);
  const given = `${folder}/given`;
  await files.makeDirectory(given, 0o755);
  await files.setMode(given, 0o755);
  for (const name of names) {
    await files.writeAtomic(`${given}/${name}`, secrets[name] ?? '', 0o444);
    await files.setMode(`${given}/${name}`, 0o444);
  }
  return {
    env: Object.fromEntries(names.map((name) => [`${name}_FILE`, `${inside}/${name}`])),
    mounts: [{ source: (await hostPath?.(given)) ?? given, target: inside, isReadOnly: true }],
  };
}

export function secretFolder({ directory }: TargetContext, releaseId: string): string {
  if (!/^[0-9A-Za-z][0-9A-Za-z._-]*$/.test(releaseId)) {
    throw new InternalError('BAD_RELEASE_ID', `"${releaseId}" cannot be the name of a folder`);
  }
  return `${directory}/secret-files/${releaseId}`;
}
