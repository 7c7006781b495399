import { FairwayError, Interrupted } from '../errors.ts';
import type { Exec } from '../ports.ts';
import type { CommandsRequest, FailedCommand } from './engine.ts';

const lastLineCount = 20;

/** Lines go to whoever asked; of the streams themselves nothing is needed afterwards. */
const keepBytes = 0;

/**
 * Run commands one after another in a folder; answers the first that fails, or null.
 *
 * Throws the reason of the signal when it aborts.
 */
export async function runCommands(
  request: CommandsRequest,
  cwd: string,
  env: Readonly<Record<string, string>>,
  exec: Exec,
): Promise<FailedCommand | null> {
  for (const [index, argv] of request.run.entries()) {
    request.onCommand?.(argv, index);
    const lastLines: string[] = [];
    const { ended, exitCode, signal, durationMs } = await exec.run({
      argv,
      cwd,
      env,
      timeoutMs: request.timeoutMs,
      keepBytes,
      ...(request.signal === undefined ? {} : { signal: request.signal }),
      onLine(stream, line) {
        if (lastLines.push(line) > lastLineCount) lastLines.shift();
        request.onLine?.(stream, line);
      },
    });
    if (ended === 'aborted') throw interruption(request.signal?.reason);
    if (ended === 'timed-out' || exitCode !== 0) {
      return { argv, index, ended, exitCode, signal, durationMs, lastLines };
    }
  }
  return null;
}

function interruption(reason: unknown): FairwayError {
  return reason instanceof FairwayError ? reason : new Interrupted('INTERRUPTED', 'interrupted', { cause: reason });
}
