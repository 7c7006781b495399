import type { Config } from '../../config/schema.ts';
import type { GitIdentity, Repository } from '../../ports.ts';

export interface Maker {
  readonly identity?: GitIdentity;
  readonly sign: boolean;
}

/**
 * Who makes a commit or a tag, and whether it is signed, as git is configured (`commit.gpgSign`, `tag.gpgSign`).
 *
 * The author of the configuration; where git signs, the person whose key it is; else Fairway.
 */
export async function makerOf(
  what: 'commit' | 'tag',
  settings: Config['release'],
  repository: Repository,
): Promise<Maker> {
  const sign = (await repository.setting(`${what}.gpgSign`)) === 'true';
  const [, name, email] = /^(.+) <(.+)>$/.exec(settings.author ?? '') ?? [];
  if (name !== undefined && email !== undefined) return { identity: { name, email }, sign };
  if (!sign) return { sign };
  const own = { name: await repository.setting('user.name'), email: await repository.setting('user.email') };
  return own.name === null || own.email === null ? { sign } : { identity: { name: own.name, email: own.email }, sign };
}
