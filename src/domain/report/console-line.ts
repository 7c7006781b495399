import type { Outcome, RunEvent } from '../../ports.ts';
import { harmless } from './harmless.ts';
import { exitCodeOf, isGood } from './outcome.ts';
import { formatDuration } from './quantities.ts';

export type Tone = 'plain' | 'good' | 'bad' | 'warning' | 'muted';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

/** One line for people. `always` is seen with `--quiet` too, `detail` only with `--verbose`. */
export interface ConsoleLine {
  readonly level: 'always' | 'normal' | 'detail';
  readonly spans: readonly Span[];
}

const nameWidth = 10;
const outcomeWidth = 12;
const durationWidth = 11;

const plain = (text: string): Span => ({ text, tone: 'plain' });
const muted = (text: string): Span => ({ text, tone: 'muted' });

function toneOf(outcome: Outcome): Tone {
  if (isGood(outcome)) return 'good';
  return exitCodeOf(outcome) === 8 ? 'warning' : 'bad';
}

/** The line for one event, harmless whatever is in it; null for events that only machines need. */
export function consoleLine(event: RunEvent): ConsoleLine | null {
  switch (event.type) {
    case 'run-started':
      return { level: 'detail', spans: [muted(`run ${harmless(event.runId)} (${harmless(event.command)})`)] };
    case 'stage-started':
      return { level: 'detail', spans: [muted(`${harmless(event.stage).padEnd(nameWidth)} ${harmless(event.title)}`)] };
    case 'note':
      return { level: 'normal', spans: [plain(`${' '.repeat(nameWidth)} ${harmless(event.text)}`)] };
    case 'rollout':
      return { level: 'normal', spans: [plain(`${' '.repeat(nameWidth)} ${harmless(event.text)}`)] };
    case 'warning':
      return { level: 'always', spans: [{ text: 'warning:', tone: 'warning' }, plain(` ${harmless(event.text)}`)] };
    case 'output':
      return {
        level: 'detail',
        spans: [muted(`${harmless(event.stage).padEnd(nameWidth)} | `), plain(harmless(event.line))],
      };
    case 'stage-finished': {
      const name = harmless(event.stage).padEnd(nameWidth);
      const duration = formatDuration(event.durationMs).padEnd(durationWidth);
      const outcome = { text: event.outcome.padEnd(outcomeWidth), tone: toneOf(event.outcome) };
      const spans = [plain(`${name} `), outcome, muted(` ${duration}`), plain(` ${harmless(event.summary)}`)];
      return { level: 'normal', spans };
    }
    case 'run-finished':
      return null;
  }
}

/** Says that a stage which has been silent for a while is still at work, and since when. */
export function stillWorking(stage: string, runningMs: number, startedAt: Date): ConsoleLine {
  const since = startedAt.toISOString().slice(11, 19);
  const text = `${harmless(stage).padEnd(nameWidth)} still working, ${formatDuration(runningMs)} so far (since ${since} UTC)`;
  return { level: 'normal', spans: [muted(text)] };
}
