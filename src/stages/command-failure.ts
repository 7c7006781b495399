import { formatDuration } from '../domain/report/quantities.ts';
import type { FailedCommand } from '../engines/engine.ts';
import { GateFailed } from '../errors.ts';
import { commandText } from './command-text.ts';

const shownLines = 10;

export interface CommandsOf {
  /** Codes for a command that failed, and for one that took too long. */
  readonly codes: { readonly failed: string; readonly timedOut: string };
  /** Where the commands and their deadline stand in the configuration: `build`. */
  readonly section: 'build' | 'test';
  readonly commandCount: number;
  readonly timeoutMs: number;
}

/** A command of the user that did not succeed: what it was, how it ended and what it said last. */
export function commandFailure(command: FailedCommand, of: CommandsOf): GateFailed {
  const isLate = command.ended === 'timed-out';
  const which = of.commandCount > 1 ? ` (command ${command.index + 1} of ${of.commandCount})` : '';
  const said = command.lastLines.slice(-shownLines).map((line) => `\n  | ${line}`);
  return new GateFailed(
    isLate ? of.codes.timedOut : of.codes.failed,
    `${commandText(command.argv)} ${ending(command, of)}${which}${said.join('') || '\n  (it wrote nothing)'}`,
    {
      hint: isLate
        ? `find out what it waits for, or give it more time: ${of.section}.timeout`
        : `run it yourself in a clean checkout of the commit, correct it, and commit`,
      facts: {
        command: command.argv,
        exitCode: command.exitCode,
        signal: command.signal,
        durationMs: Math.round(command.durationMs),
        lastLines: command.lastLines,
      },
    },
  );
}

function ending({ ended, exitCode, signal, durationMs }: FailedCommand, { timeoutMs }: CommandsOf): string {
  if (ended === 'timed-out') return `did not end within ${formatDuration(timeoutMs)} and was ended`;
  const after = `after ${formatDuration(durationMs)}`;
  if (signal === 'SIGKILL') return `was killed ${after} (SIGKILL, often because memory ran out)`;
  return signal === null ? `exited with ${exitCode} ${after}` : `was ended by ${signal} ${after}`;
}
