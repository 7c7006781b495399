import { openForge } from '../../adapters/forge/open.ts';
import { nodeClock } from '../../adapters/node/clock.ts';
import { nodeFiles } from '../../adapters/node/files.ts';
import { nodeSecrets } from '../../adapters/node/secrets.ts';
import { linksOf } from '../../domain/release/links.ts';
import { FairwayError } from '../../errors.ts';
import type { Forge } from '../../ports.ts';
import type { AnnouncePorts } from '../../stages/release.ts';
import type { CommandContext } from './command.ts';
import { openReleased, type Released } from './released.ts';

/** The forge of the repository, or null; a missing token matters only where the forge is asked for by name. */
export async function forgeOf(
  context: CommandContext,
  { settings, repository, directory }: Released,
): Promise<Forge | null> {
  if (settings.forge === 'none') return null;
  const secrets = nodeSecrets({ env: context.env, directory, mask: { register: (value) => context.conceal(value) } });
  const token = await secrets.resolve(settings.token).catch((error: unknown) => {
    if (error instanceof FairwayError && error.code === 'SECRET_MISSING') return null;
    throw error;
  });
  const place = linksOf(await repository.remoteUrl(settings.remote));
  return openForge({ forge: settings.forge, place, token, env: context.env, clock: nodeClock() });
}

/** What a release needs beside its repository: the forge, when there is one, and the branch that it is for. */
export async function announcing(
  context: CommandContext,
): Promise<{ readonly announce: AnnouncePorts | null; readonly branch: string | undefined }> {
  const released = await openReleased(context);
  const forge = await forgeOf(context, released);
  const announce = forge === null ? null : { forge, files: nodeFiles(), directory: released.directory };
  return { announce, branch: released.branch };
}
