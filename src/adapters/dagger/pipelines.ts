import { existsSync } from 'node:fs';
import type { Mask } from '../../domain/secrets/mask.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Pipelines } from '../../ports.ts';
import type { Environment } from '../node/paths.ts';
import { daggerPipeline, engineEnvironment } from './client.ts';

export interface PipelinesOptions {
  /** Ours: says where the engine is. */
  readonly env: Environment;
  readonly mask: Pick<Mask, 'apply'>;
  /** The program that holds the SDK; where it lies nowhere, there is no Dagger. */
  readonly entry: string;
}

/** The command line of an engine may have to start it first. */
const connectTimeoutMs = 120_000;

/** Dagger's engine, through a child process that holds its SDK. */
export function daggerPipelines({ env, mask, entry }: PipelinesOptions): Pipelines {
  return {
    absence: absence(env, entry),
    async run(pipeline, options) {
      const { onLine } = options;
      const end = await daggerPipeline(pipeline, {
        connectTimeoutMs,
        ...options,
        ...(onLine === undefined ? {} : { onLine: (stream, line) => onLine(stream, mask.apply(line)) }),
        env,
        program: [process.execPath, entry],
      });
      switch (end.kind) {
        case 'refused':
          return { ...end, message: mask.apply(end.message) };
        case 'exec-failed': {
          const { failure } = end;
          return {
            ...end,
            failure: { ...failure, stdout: mask.apply(failure.stdout), stderr: mask.apply(failure.stderr) },
          };
        }
        default:
          return end;
      }
    },
  };
}

function absence(env: Environment, entry: string): string | null {
  if (!existsSync(entry)) return 'this build of Fairway has no Dagger client';
  try {
    engineEnvironment(env);
    return null;
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
}
