import process from 'node:process';
import type { CommandSpec } from '../../../../src/entries/cli/command-spec.ts';
import { runSession } from '../../../../src/entries/cli/session.ts';

/** The real session around a command that ends when it is told to, or (`deaf`) never. */
const isDeaf = process.argv[2] === 'deaf';

const command: CommandSpec = {
  name: 'wait',
  summary: '',
  operands: [],
  about: '',
  flags: [],
  examples: [],
  recorded: true,
  load: () =>
    Promise.resolve({
      run: async ({ signal, reporter }) => {
        reporter.report({ type: 'note', stage: 'wait', text: 'waiting' });
        await new Promise((_, reject) => {
          setTimeout(() => undefined, 60_000);
          if (!isDeaf) signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
        return { outcome: 'ok', code: 'WAITED', result: {}, summary: [] };
      },
    }),
};

process.exit(await runSession({ kind: 'run', command, globals: { json: true }, flags: {}, positionals: [] }));
