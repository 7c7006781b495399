import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '../../../errors.ts';
import { changelogText } from '../../../stages/release/changelog.ts';
import type { CommandBody } from '../command.ts';
import { openReleased } from '../released.ts';

/** Write what changed: since the last release, between two versions, or the whole history. */
export const run: CommandBody = async (context) => {
  const { repository, settings, branch } = await openReleased(context);
  const { flags } = context;
  const text = (name: string) => (typeof flags[name] === 'string' ? flags[name] : undefined);
  if (flags['all'] === true && (flags['from'] ?? flags['to']) !== undefined) {
    throw new ConfigError('COMMAND_LINE_INVALID', '--all is the whole history: --from and --to do not go with it.');
  }
  const written = await changelogText(
    {
      all: flags['all'] === true,
      from: text('from'),
      to: text('to'),
      branch,
      prereleases: flags['prereleases'] === true,
    },
    settings,
    repository,
  );
  const output = text('output');
  if (output !== undefined && !context.dryRun) await writeFile(resolve(context.directory, output), written.text);
  return {
    outcome: context.dryRun ? 'planned' : 'ok',
    code: 'CHANGELOG',
    result: { versions: written.versions, text: written.text, ...(output === undefined ? {} : { file: output }) },
    summary:
      output === undefined ? written.text.trimEnd().split('\n') : [`${output}: ${written.versions.length} versions`],
  };
};
