import { ConfigError } from '../../../errors.ts';
import type { CommandBody } from '../command.ts';
import { completionScript, shells } from '../completion.ts';

/** The script for a shell, as the command's only lines. */
export const run: CommandBody = (context) => {
  const [asked] = context.positionals;
  const shell = shells.find((one) => one === asked);
  if (shell === undefined) {
    throw new ConfigError('COMMAND_LINE_INVALID', `There is no completion for ${JSON.stringify(asked ?? '')}.`, {
      hint: `Choose one of ${shells.join(', ')}.`,
      problems: [{ path: 'SHELL', message: `expected one of ${shells.join(', ')}`, choices: shells }],
    });
  }
  const script = completionScript(shell);
  return Promise.resolve({
    outcome: 'ok',
    code: 'COMPLETION',
    result: { shell, script },
    summary: script.trimEnd().split('\n'),
  });
};
