import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runner } from '../../adapters/actions/runner.ts';
import type { FinalDocument } from '../../domain/report/final-document.ts';
import { annotationsOf } from '../../domain/summary/annotations.ts';
import { runFacts } from '../../domain/summary/facts.ts';
import { jobSummary } from '../../domain/summary/job-summary.ts';
import type { RunEvent } from '../../ports.ts';
import type { GitHub } from './github.ts';
import { outputsOf } from './outputs.ts';
import { prefixOf } from './place.ts';
import type { ActionInputs } from './read-inputs.ts';

export interface Result {
  readonly document: FinalDocument;
  readonly events: readonly RunEvent[];
  /** Null when they could not be read. */
  readonly inputs: ActionInputs | null;
  readonly github: GitHub | null;
  readonly runner: Runner;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly warn: (text: string) => void;
}

/** Outputs, report, comment, deployment, summary and annotations of a run. What cannot be written is a warning. */
export async function tellResult(result: Result): Promise<void> {
  const { document, events, inputs, github, runner, env, warn } = result;
  const report = await writeReport(document, env, warn);
  const facts = runFacts(document, events, prefixOf(inputs?.directory ?? '.', env));
  const troubles = new Set<string>();
  for (const [name, value] of outputsOf(facts, report)) {
    const trouble = runner.output(name, value);
    if (trouble !== null) troubles.add(`the outputs are not set: ${trouble}`);
  }
  await github?.end(facts, events);
  const wanted = inputs?.report ?? ['summary', 'annotations'];
  if (wanted.includes('summary')) {
    const trouble = runner.summary(jobSummary({ facts, events, report, runUrl: runUrlOf(env) }));
    if (trouble !== null) troubles.add(`the summary is not written: ${trouble}`);
  }
  troubles.forEach(warn);
  if (wanted.includes('annotations')) for (const one of annotationsOf(facts, events)) runner.annotate(one);
}

async function writeReport(
  document: FinalDocument,
  env: Result['env'],
  warn: (text: string) => void,
): Promise<string | null> {
  const folder = join(env['RUNNER_TEMP'] || tmpdir(), 'fairway');
  const path = join(
    folder,
    `report-${document.command.replace(/[^a-z-]/g, '') || 'none'}-${Date.now().toString(36)}-${process.pid}.json`,
  );
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path, `${JSON.stringify(document, null, 2)}\n`, { mode: 0o600 });
    return path;
  } catch (error) {
    warn(`the report could not be kept: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** The page of this run on GitHub. */
export function runUrlOf(env: Result['env']): string | null {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
  if (!server || !repository || !id || !/^[\w.-]+\/[\w.-]+$/.test(repository) || !/^\d+$/.test(id)) return null;
  return URL.canParse(server) ? `${new URL(server).origin}/${repository}/actions/runs/${id}` : null;
}
