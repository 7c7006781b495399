import type { Command, CommandResult, Exec } from '../../src/ports.ts';

export interface FakeExec extends Exec {
  /** What was run, in order. */
  readonly commands: readonly Command[];
}

/**
 * Commands that a function answers; what it leaves out is a success without output.
 *
 * Lines of the answered output are told as the real one does. An Error that it throws is what `run` throws.
 */
export function fakeExec(
  answer: (command: Command) => Partial<CommandResult> | Promise<Partial<CommandResult>> = () => ({}),
): FakeExec {
  const commands: Command[] = [];
  const success: CommandResult = {
    exitCode: 0,
    signal: null,
    stdout: '',
    stderr: '',
    durationMs: 1,
    ended: 'exited',
    droppedBytes: 0,
  };
  return {
    commands,
    async run(command) {
      if (command.signal?.aborted === true) return { ...success, exitCode: null, ended: 'aborted' };
      commands.push(command);
      const result = { ...success, ...(await answer(command)) };
      for (const stream of ['stdout', 'stderr'] as const) {
        const lines = result[stream].replace(/\n$/, '').split('\n');
        if (result[stream] !== '') for (const line of lines) command.onLine?.(stream, line);
      }
      return result;
    },
  };
}
