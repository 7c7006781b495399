import { spawn } from 'node:child_process';
import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { EnvironmentError, InternalError } from '../../errors.ts';
import type { Argv, ProcessIdentity } from '../../ports.ts';
import { identify, mustKnowProcesses } from './process-table.ts';

export interface Started {
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
}

/**
 * Start a program in a session of its own, without a shell.
 *
 * `onStart` runs before anything else can, for whoever must know the process even if we die right after.
 * Throws EnvironmentError `TOOL_MISSING`, `FOLDER_MISSING`, `TOOL_NOT_STARTED` and `PLATFORM_UNSUPPORTED`.
 */
export async function startProgram(
  argv: Argv,
  options: SpawnOptions,
  onStart: (identity: ProcessIdentity) => void = () => {},
): Promise<Started> {
  const [program, ...args] = argv;
  mustKnowProcesses();
  try {
    const child = spawn(program, args, { ...options, detached: true });
    child.on('error', () => {});
    // A child that exits at once stays in the table until we collect it, which happens after this turn.
    const identity = child.pid === undefined ? null : identify(child.pid);
    if (identity !== null) onStart(identity);
    await once(child, 'spawn');
    if (identity === null)
      throw new InternalError('PROCESS_UNKNOWN', `process ${child.pid} is not in the process table`);
    return { child, identity };
  } catch (error) {
    throw startFailure(error as NodeJS.ErrnoException, program, options);
  }
}

function startFailure(error: NodeJS.ErrnoException, program: string, options: SpawnOptions): Error {
  if (error instanceof InternalError) return error;
  const folder = options.cwd === undefined ? process.cwd() : String(options.cwd);
  if (error.code === 'ENOENT' && !existsSync(folder)) {
    return new EnvironmentError('FOLDER_MISSING', `${program} cannot be started in ${folder}: no such folder`, {
      cause: error,
    });
  }
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return toolMissing(error, program, folder);
  if (error.code === 'EACCES' || error.code === 'ENOEXEC') {
    return new EnvironmentError('TOOL_MISSING', `${program} cannot be executed (${error.code})`, {
      hint: `make it executable (chmod +x), with a first line such as #!/bin/sh when it is a script`,
      cause: error,
    });
  }
  return new EnvironmentError('TOOL_NOT_STARTED', `${program} could not be started: ${error.message}`, {
    cause: error,
  });
}

function toolMissing(error: Error, program: string, folder: string): Error {
  if (program.includes('/') && existsSync(resolve(folder, program))) {
    return new EnvironmentError('TOOL_MISSING', `${program} is there, but not the program that its first line names`, {
      hint: `install what follows "#!" in its first line`,
      cause: error,
    });
  }
  const where = program.includes('/') ? `not found in ${folder}` : 'not found on PATH';
  return new EnvironmentError('TOOL_MISSING', `${program} was ${where}`, {
    hint: 'install it where this command runs, or correct its name in the configuration',
    cause: error,
  });
}
