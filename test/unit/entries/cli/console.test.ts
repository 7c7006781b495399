import { describe, expect, test } from 'vitest';
import { type ConsoleOptions, createConsole } from '../../../../src/entries/cli/console.ts';
import type { RunEvent } from '../../../../src/ports.ts';

function stage(options: Partial<ConsoleOptions> = {}) {
  const written = { lines: '', troubles: '' };
  const clock = { ms: 0 };
  const console = createConsole({
    lines: { write: (text) => (written.lines += text) },
    troubles: { write: (text) => (written.troubles += text) },
    color: false,
    level: 'normal',
    live: false,
    monotonicMs: () => clock.ms,
    now: () => new Date(Date.UTC(2025, 0, 31, 12, 0, 0) + clock.ms),
    ...options,
  });
  const tickUntil = (ms: number): void => {
    while (clock.ms < ms) {
      clock.ms += 1_000;
      console.tick();
    }
  };
  return { console, written, clock, tickUntil };
}

const started: RunEvent = { type: 'stage-started', stage: 'build', title: 'Build' };
const output = (line: string): RunEvent => ({ type: 'output', stage: 'build', stream: 'stdout', line });
const finished = (outcome: 'ok' | 'refused'): RunEvent => ({
  type: 'stage-finished',
  stage: 'build',
  outcome,
  durationMs: 1_200,
  summary: 'done',
});

describe('what is shown', () => {
  test('a good stage is one line, its output only with --verbose', () => {
    for (const [level, expected] of [
      ['normal', 'build      ok           1.2 s       done\n'],
      ['verbose', 'build      Build\nbuild      | compiling\nbuild      ok           1.2 s       done\n'],
      ['quiet', ''],
    ] as const) {
      const { console, written } = stage({ level });
      for (const event of [started, output('compiling'), finished('ok')]) console.report(event);
      expect(written).toEqual({ lines: expected, troubles: '' });
    }
  });

  test('a failing stage shows its last 30 lines of output before its own line', () => {
    const { console, written } = stage();
    console.report(started);
    for (let i = 1; i <= 100; i += 1) console.report(output(`line ${i}`));
    console.report(finished('refused'));
    const lines = written.troubles.trimEnd().split('\n');
    expect(lines).toHaveLength(30);
    expect([lines[0], lines.at(-1)]).toEqual(['build      | line 71', 'build      | line 100']);
    expect(written.lines).toBe('build      refused      1.2 s       done\n');
  });

  test('with --verbose the output of a failing stage is not shown twice', () => {
    const { console, written } = stage({ level: 'verbose' });
    for (const event of [started, output('broken'), finished('refused')]) console.report(event);
    expect(written.lines.match(/broken/g)).toHaveLength(1);
    expect(written.troubles).toBe('');
  });

  test('warnings are seen with --quiet too, and stand where errors do', () => {
    const { console, written } = stage({ level: 'quiet' });
    console.report({ type: 'warning', text: 'careful' });
    expect(written).toEqual({ lines: '', troubles: 'warning: careful\n' });
  });

  test('colours only where they are wanted', () => {
    const { console, written } = stage({ color: true });
    console.report(finished('refused'));
    expect(written.lines).toBe('build      \u001B[31mrefused     \u001B[0m\u001B[2m 1.2 s      \u001B[0m done\n');
  });
});

describe('a silent stage', () => {
  test('says after 10 s that it works, then after twice as long each time, at most a minute', () => {
    const { console, written, tickUntil } = stage();
    console.report(started);
    tickUntil(9_000);
    expect(written.lines).toBe('');
    tickUntil(200_000);
    const seconds = written.lines
      .trimEnd()
      .split('\n')
      .map((line) => /working, (.*) so far \(since 12:00:00 UTC\)/.exec(line)?.[1]);
    expect(seconds).toEqual(['10.0 s', '30.0 s', '1 min 10 s', '2 min 10 s', '3 min 10 s']);
  });

  test('that says something is not silent', () => {
    const { console, written, clock, tickUntil } = stage();
    console.report(started);
    for (let i = 1; i <= 5; i += 1) {
      tickUntil(clock.ms + 6_000);
      console.report({ type: 'note', stage: 'build', text: `step ${i}` });
    }
    expect(written.lines).not.toContain('still working');
  });

  test('says nothing after its end', () => {
    const { console, written, tickUntil } = stage();
    console.report(started);
    console.report(finished('ok'));
    const { lines } = written;
    tickUntil(60_000);
    expect(written.lines).toBe(lines);
  });

  test('of a rollout on a terminal is a block that is rewritten, and what turned it back stays', () => {
    const { console, written } = stage({ live: true });
    const record = { seq: 1, at: '', rolloutId: 'r', weightPercent: 25, requests: 40, errors: 0 };
    const report = (kind: string, text: string): void =>
      console.report({ type: 'rollout', record: { ...record, kind, text }, text });
    console.report(started);
    report('shift', '1.1.0 gets 25 % of the traffic');
    report('observe', '25 %: 40 requests, 0 failed');
    expect(written.lines).toBe('');
    expect(written.troubles).toContain('40 requests, 0 failed (0.0 %)');
    expect(written.troubles.split('\r\u001B[1A\u001B[J')).toHaveLength(2);

    report('CANARY_ERROR_RATE', '1.1.0: 20.0 % of 40 requests failed');
    expect(written.lines).toContain('1.1.0: 20.0 % of 40 requests failed\n');
    console.report(finished('ok'));
    expect(written.troubles.endsWith('\u001B[J')).toBe(true);
  });

  test('of a rollout without a terminal is one line per record', () => {
    const { console, written } = stage();
    const text = '25 %: 40 requests, 0 failed';
    console.report({ type: 'rollout', record: { kind: 'observe' }, text });
    expect(written.lines).toBe(`           ${text}\n`);
  });

  test('on a terminal is one line, rewritten, that goes before anything else is printed', () => {
    const { console, written, clock, tickUntil } = stage({ live: true });
    console.report(started);
    tickUntil(2_000);
    expect(written.troubles.split('\r')).toHaveLength(3);
    expect(written.troubles).toContain('still working, 2.0 s so far');
    clock.ms = 2_500;
    console.report(finished('ok'));
    expect(written.troubles.endsWith('\r\u001B[2K')).toBe(true);
    expect(written.lines).toBe('build      ok           1.2 s       done\n');
  });
});
