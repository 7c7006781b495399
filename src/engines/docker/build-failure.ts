import { EnvironmentError } from '../../errors.ts';
import type { BuildRequest, FailedBuild, FailedCommand } from '../engine.ts';

/** What builders say when an image that the build stands on cannot be had. */
const noBase =
  /pull access denied|repository does not exist|manifest (?:for \S+ )?(?:not found|unknown)|failed to (?:do request|resolve source metadata)|(?:dial tcp|lookup) \S+.*(?:no such host|connection refused|i\/o timeout)/i;

/**
 * A failed build is the commit's fault, unless the image that it stands on could not be fetched.
 *
 * Throws EnvironmentError `BASE_IMAGE_MISSING`.
 */
export function buildFailure(command: FailedCommand, { args }: BuildRequest): FailedBuild {
  const line = command.lastLines.find((text) => noBase.test(text));
  if (line === undefined) return { kind: 'failed', command };
  const base = args['BASE_IMAGE'];
  throw new EnvironmentError(
    'BASE_IMAGE_MISSING',
    `the image that the build stands on could not be fetched: ${line.trim()}`,
    {
      hint:
        base === undefined
          ? 'See that the registry can be reached and that you are logged in, or give another base by build.args.'
          : `See that the engine has ${base}, or can fetch it.`,
      facts: { lastLines: command.lastLines },
    },
  );
}
