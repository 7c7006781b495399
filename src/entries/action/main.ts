import { actionsRunner, type Runner } from '../../adapters/actions/runner.ts';
import { harmless } from '../../domain/report/harmless.ts';
import { ownVersion } from '../cli/version.ts';

/** The step, or its post step; answers the exit code. */
export async function main(): Promise<number> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  const runner = actionsRunner(process.env, process.stdout, process.stderr);
  try {
    return await run(runner);
  } finally {
    runner.end();
    await Promise.all([process.stdout, process.stderr].map(flushed));
  }
}

async function run(runner: Runner): Promise<number> {
  if (process.env['STATE_isPost'] !== undefined && process.env['STATE_isPost'] !== '') {
    const { runPost } = await import('./post.ts');
    return await runPost(runner);
  }
  // The log says at once what runs, before anything heavier is loaded.
  process.stdout.write(`fairway ${ownVersion()}: ${harmless(process.env['INPUT_COMMAND'] ?? '')}\n`);
  runner.state('isPost', 'true');
  const { runStep } = await import('./step.ts');
  return await runStep(runner);
}

/** What was written has left us, or nobody takes it within two seconds. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writableLength === 0 || stream.destroyed) return;
  await Promise.race([
    new Promise<void>((resolve) => stream.write('', () => resolve())),
    new Promise<void>((resolve) => setTimeout(resolve, 2_000)),
  ]);
}
