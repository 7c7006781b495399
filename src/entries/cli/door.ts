import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConsoleLine } from '../../domain/report/console-line.ts';
import { failureLines } from '../../domain/report/failure-lines.ts';
import { type Ending, type FinalDocument, finalDocument } from '../../domain/report/final-document.ts';
import { harmlessLines } from '../../domain/report/harmless.ts';
import { mapTexts } from '../../domain/report/map-texts.ts';
import { type StageRecord, stagesOf } from '../../domain/report/stages.ts';
import { createMask } from '../../domain/secrets/mask.ts';
import { ConfigError } from '../../errors.ts';
import type { Reporter, RunEvent } from '../../ports.ts';
import type { CommandContext, CommandResult } from './command.ts';
import type { Console } from './console.ts';
import { createContext, type Run, type Surroundings } from './context.ts';
import { writeFlightRecord } from './flight-record.ts';
import { openRunLog } from './run-log.ts';
import { expected, stackOf } from './unexpected.ts';

export interface Door extends Surroundings {
  readonly console: Console;
  /** Rejects when something broke that no command waits for. */
  readonly broken: Promise<never>;
  /** Abort the signal: what still runs is to end. */
  readonly giveUp: () => void;
  /** How long it may take to end then. */
  readonly graceMs: number;
  writeDocument(text: string): void;
  /** What else hears of the run, and of its end; for doors other than a terminal. */
  readonly audience?: Audience;
}

export interface Audience extends Reporter {
  /** Hidden from the beginning. */
  readonly secrets: readonly string[];
  /** Called with each secret that becomes known, before anything is said of it. */
  onSecret(secret: string): void;
  onEnd(document: FinalDocument): void;
}

type Told = Ending & { readonly summary: readonly string[] };

/** Run one command, from its first event to its last line; answers the exit code. */
export async function runCommand(run: Run, door: Door): Promise<number> {
  const startedMs = performance.now();
  const { audience } = door;
  const mask = createMask(audience?.secrets);
  const masked = <T>(value: T): T => mapTexts(value, (text) => mask.apply(text)) as T;
  const stages: StageRecord[] = [];
  const listeners: Reporter[] = [door.console, { report: (event) => stages.push(...stagesOf([event])) }];
  if (audience !== undefined) listeners.push(audience);
  const reporter: Reporter = {
    report(event) {
      const safe = masked(event);
      for (const listener of listeners) listener.report(safe);
    },
  };

  const conceal = (secret: string): void => {
    audience?.onSecret(secret);
    mask.register(secret);
  };
  const context = createContext(run, door, { reporter, conceal, masked });
  const warn = (text: string): void => door.console.report({ type: 'warning', text });
  const log = run.command.recorded ? openRunLog(context.stateDirectory, context.runId, warn) : null;
  const flown: RunEvent[] = [];
  if (log !== null) listeners.push(log, { report: (event) => event.type !== 'output' && flown.push(event) });
  reporter.report({ type: 'run-started', command: context.command, runId: context.runId });
  const ending = await endingOf(run, context, door);
  const durationMs = performance.now() - startedMs;
  const facts = { version: door.version, command: context.command, durationMs, stages };
  const written = masked(finalDocument(facts, ending));
  reporter.report({ type: 'run-finished', outcome: written.outcome, code: written.code, durationMs });
  log?.close();
  const page = await writeFlightRecord(context, written, flown, warn);
  const document = page === null ? written : { ...written, result: { ...written.result, record: page } };

  door.console.print(masked(ending.summary.flatMap(harmlessLines).map(line)), 'lines');
  if (ending.kind === 'failed') {
    const stack = context.verbose ? stackOf(ending.error) : null;
    door.console.print(
      masked([...failureLines(ending.error), ...(stack === null ? [] : harmlessLines(stack).map(line))]),
      'troubles',
    );
  }
  if (page !== null) door.console.print([line(`flight record: ${page}`)], 'lines');
  if (run.globals['json'] === true) door.writeDocument(`${JSON.stringify(document, null, 2)}\n`);
  audience?.onEnd(document);
  return document.exitCode;
}

async function endingOf(run: Run, context: CommandContext, door: Door): Promise<Told> {
  try {
    await mustBeFolder(context.directory);
    const { run: body } = await run.command.load();
    const told = await endOf(body(context), door);
    return 'error' in told
      ? { kind: 'failed', error: told.error, result: told.result, summary: told.summary ?? [] }
      : { kind: 'finished', ...told };
  } catch (thrown) {
    return { kind: 'failed', error: expected(thrown, context.signal, context.version), result: {}, summary: [] };
  }
}

/** Once something broke that it does not wait for, the command is given the time to clean up, not to succeed. */
async function endOf(told: Promise<CommandResult>, { broken, giveUp, graceMs }: Door): Promise<CommandResult> {
  try {
    return await Promise.race([told, broken]);
  } catch (error) {
    giveUp();
    await Promise.race([told.catch(() => null), delay(graceMs, null, { ref: false })]);
    throw error;
  }
}

async function mustBeFolder(directory: string): Promise<void> {
  const stats = await stat(directory).catch(() => null);
  if (stats?.isDirectory() === true) return;
  const message = stats === null ? 'is not there' : 'is not a folder';
  throw new ConfigError('DIRECTORY_MISSING', `${directory} ${message}.`, {
    problems: [{ path: '--directory', message: `${directory} ${message}`, value: directory }],
  });
}

function line(text: string): ConsoleLine {
  return { level: 'always', spans: [{ text, tone: 'plain' }] };
}
