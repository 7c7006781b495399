import { type ConsoleLine, consoleLine, stillWorking, type Tone } from '../../domain/report/console-line.ts';
import { isLasting, liveLines } from '../../domain/report/live/view.ts';
import { isGood } from '../../domain/report/outcome.ts';
import type { RolloutRecord } from '../../domain/rollout/messages.ts';
import type { Reporter, RunEvent } from '../../ports.ts';
import { createStatusLine, type TextStream } from './status-line.ts';

export interface ConsoleOptions {
  /** Where lines go, and where warnings and errors do; the same with `--json`. */
  readonly lines: TextStream;
  readonly troubles: TextStream;
  readonly color: boolean;
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** Show on one line, rewritten, what is under way: only for a terminal. */
  readonly live: boolean;
  readonly monotonicMs: () => number;
  readonly now: () => Date;
}

export interface Console extends Reporter {
  print(lines: readonly ConsoleLine[], to: 'lines' | 'troubles'): void;
  /** Call about once a second: says that a silent stage still works. */
  tick(): void;
  close(): void;
}

interface RunningStage {
  readonly startedMs: number;
  readonly startedAt: Date;
  /** What a failing stage shows, when its output was not seen as it came. */
  readonly lastOutput: ConsoleLine[];
}

const firstSignOfLifeMs = 10_000;
const lastSignOfLifeMs = 60_000;
const keptOutput = 30;

const escapes: Readonly<Record<Tone, string>> = {
  plain: '',
  good: '\u001B[32m',
  bad: '\u001B[31m',
  warning: '\u001B[33m',
  muted: '\u001B[2m',
};

/** The run's events as lines for people. */
export function createConsole(options: ConsoleOptions): Console {
  const { level, monotonicMs } = options;
  const running = new Map<string, RunningStage>();
  const statusLine = createStatusLine(options.live && level !== 'quiet' ? options.troubles : null);
  /** What the live view shows, and when it came. */
  let rollout: { readonly record: RolloutRecord; readonly atMs: number } | null = null;
  let lastLineMs = monotonicMs();
  let silenceMs = firstSignOfLifeMs;

  const render = (line: ConsoleLine): string =>
    line.spans
      .map(({ text, tone }) => (options.color && tone !== 'plain' ? `${escapes[tone]}${text}\u001B[0m` : text))
      .join('')
      .trimEnd();
  const isShown = (line: ConsoleLine): boolean =>
    line.level === 'always' || (line.level === 'normal' ? level !== 'quiet' : level === 'verbose');
  const print = (lines: readonly ConsoleLine[], to: 'lines' | 'troubles'): void => {
    const shown = lines.filter(isShown);
    if (shown.length === 0) return;
    statusLine.clear();
    options[to].write(`${shown.map(render).join('\n')}\n`);
    lastLineMs = monotonicMs();
  };

  const follow = (event: RunEvent, line: ConsoleLine | null): void => {
    if (event.type === 'stage-started') {
      running.set(event.stage, { startedMs: monotonicMs(), startedAt: options.now(), lastOutput: [] });
      silenceMs = firstSignOfLifeMs;
      lastLineMs = monotonicMs();
    } else if (event.type === 'output' && line !== null) {
      const kept = running.get(event.stage)?.lastOutput;
      kept?.push({ ...line, level: 'always' });
      if (kept !== undefined && kept.length > keptOutput) kept.shift();
    } else if (event.type === 'stage-finished') {
      if (!isGood(event.outcome) && level !== 'verbose') print(running.get(event.stage)?.lastOutput ?? [], 'troubles');
      running.delete(event.stage);
      rollout = null;
    }
  };

  const showRollout = (): void => {
    if (rollout === null) return;
    const lines = liveLines(rollout.record, monotonicMs() - rollout.atMs);
    statusLine.show(lines.map(render).join('\n'));
  };

  return {
    report(event) {
      if (event.type === 'rollout' && statusLine.isLive && level === 'normal') {
        const record = event.record as RolloutRecord;
        const line = consoleLine(event);
        if (line !== null && isLasting(record)) print([line], 'lines');
        rollout = record.end === undefined ? { record, atMs: monotonicMs() } : null;
        return showRollout();
      }
      const line = consoleLine(event);
      follow(event, line);
      if (line !== null) print([line], event.type === 'warning' ? 'troubles' : 'lines');
    },
    print,
    tick() {
      if (rollout !== null) return showRollout();
      const [stage, state] = [...running].at(-1) ?? [];
      if (stage === undefined || state === undefined) return statusLine.clear();
      const line = stillWorking(stage, monotonicMs() - state.startedMs, state.startedAt);
      if (statusLine.isLive) return statusLine.show(render(line));
      if (monotonicMs() - lastLineMs < silenceMs) return;
      silenceMs = Math.min(silenceMs * 2, lastSignOfLifeMs);
      print([line], 'lines');
    },
    close: () => statusLine.clear(),
  };
}
