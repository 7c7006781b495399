import { EnvironmentError, GateFailed } from '../../errors.ts';
import type { BuildRequest, FailedBuild, FailedCommand, UsedDockerfile } from '../engine.ts';

/** What builders say when an image that the build stands on cannot be had. */
const noBase = [
  /pull access denied|repository does not exist|authorization failed/i,
  /manifest (?:for \S+ )?(?:not found|unknown)|to LLB: \S+: \S+: not found/i,
  /failed to (?:do request|resolve source metadata)|unexpected status from (?:HEAD|GET) request/i,
  /(?:dial tcp|lookup) \S+.*(?:no such host|connection refused|i\/o timeout)/i,
];

/**
 * A failed build is the commit's fault, unless the image that it stands on could not be fetched.
 *
 * Throws EnvironmentError `BASE_IMAGE_MISSING`.
 */
export function buildFailure(command: FailedCommand, { args }: BuildRequest): FailedBuild {
  const line = command.lastLines.find((text) => noBase.some((words) => words.test(text)));
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

/** Builders name the line of a Dockerfile that they cannot read. */
const notUnderstood = /dockerfile parse error(?: on)? line (\d+):\s*(.*)/i;

/** Throws GateFailed `DOCKERFILE_INVALID` when it was the Dockerfile itself that nobody understood. */
export function refuseUnreadable({ lastLines }: FailedCommand, { path, text }: UsedDockerfile): void {
  for (const said of lastLines) {
    const [, number, why = ''] = notUnderstood.exec(said) ?? [];
    if (number === undefined) continue;
    const line = Number(number);
    const shown = (text.split(/\r?\n/)[line - 1] ?? '').trim();
    throw new GateFailed('DOCKERFILE_INVALID', `${path}:${line} is not understood: ${why}\n  | ${shown}`, {
      hint: `Correct line ${line} of ${path} and commit it.`,
      facts: { file: path, line, lastLines },
    });
  }
}
