import { closeSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Reporter, RunEvent } from '../../ports.ts';
import { runIdPattern } from './run-id.ts';

export interface RunLog extends Reporter {
  close(): void;
}

/** Output lines of one stage that are kept; the console has seen the rest. */
const keptOutputLines = 5_000;
const keptRuns = 50;

/**
 * Keep a run's events as JSON lines in `<state>/runs/<runId>/events.jsonl`, and the last 50 runs.
 *
 * Never stops a run: when it cannot write, `onTrouble` hears about it once.
 */
export function openRunLog(stateDirectory: string, runId: string, onTrouble: (message: string) => void): RunLog {
  const runs = join(stateDirectory, 'runs');
  let file: number | null = null;
  const attempt = (what: () => void): void => {
    try {
      what();
    } catch (error) {
      if (file !== null) attemptQuietly(closeSync, file);
      file = null;
      onTrouble(`the events of this run are not kept: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  attempt(() => {
    mkdirSync(join(runs, runId), { recursive: true, mode: 0o700 });
    file = openSync(join(runs, runId, 'events.jsonl'), 'a', 0o600);
    forgetOldRuns(runs);
  });

  const outputLines = new Map<string, number>();
  return {
    report(event) {
      if (file === null || isTooMuch(event, outputLines)) return;
      const descriptor = file;
      attempt(() => writeSync(descriptor, `${JSON.stringify({ at: new Date().toISOString(), ...event })}\n`));
    },
    close() {
      if (file !== null) attemptQuietly(closeSync, file);
      file = null;
    },
  };
}

function isTooMuch(event: RunEvent, outputLines: Map<string, number>): boolean {
  if (event.type !== 'output') return false;
  const lines = (outputLines.get(event.stage) ?? 0) + 1;
  outputLines.set(event.stage, lines);
  return lines > keptOutputLines;
}

/** Only what is named like a run, oldest first. */
function forgetOldRuns(runs: string): void {
  const names = readdirSync(runs).filter((name) => runIdPattern.test(name));
  for (const name of names.toSorted().slice(0, -keptRuns)) rmSync(join(runs, name), { recursive: true, force: true });
}

function attemptQuietly(close: (file: number) => void, file: number): void {
  try {
    close(file);
  } catch {
    // Nothing is lost that was not lost before.
  }
}
