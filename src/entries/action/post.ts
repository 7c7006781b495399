import type { Runner } from '../../adapters/actions/runner.ts';
import { pagesOf } from './github.ts';
import { runUrlOf } from './results.ts';

/** At the end of the job: a step that was killed is told about, because it could not do it itself. Never fails. */
export async function runPost(runner: Runner): Promise<number> {
  const { env } = process;
  const token = env['INPUT_TOKEN']?.trim() ?? '';
  if (token !== '') runner.hide(token);
  if (env['STATE_isFinished'] === 'true') return 0;
  const text =
    'The step was ended before it could report. A rollout that was under way returns to the stable release by itself, when the lease of its client is over; "status" shows what serves, "resume" says how it ended.';
  process.stdout.write(`${text}\n`);
  runner.summary(`## ❌ fairway: interrupted\n\n${text}\n`);
  runner.annotate({ level: 'warning', title: 'INTERRUPTED', message: text, file: null, line: null, column: null });
  const id = Number(env['STATE_deployment'] ?? '');
  if (!Number.isSafeInteger(id) || id <= 0) return 0;
  try {
    const pages = await pagesOf(env, token);
    const details = { environmentUrl: null, logUrl: runUrlOf(env) };
    await pages?.deploymentState(id, 'error', { ...details, description: 'the step was ended from outside' });
    await pages?.deploymentState(id, 'inactive', { ...details, description: 'the release before it serves' });
  } catch (error) {
    process.stdout.write(
      `The deployment stays in progress: ${error instanceof Error ? error.message : String(error)}\n`,
    );
  }
  return 0;
}
