import { describe, expect, test } from 'vitest';
import { type ConsoleLine, consoleLine, stillWorking } from '../../../../src/domain/report/console-line.ts';
import type { RunEvent } from '../../../../src/ports.ts';

const text = (line: ConsoleLine | null): string => line?.spans.map((span) => span.text).join('') ?? '';
const finished = (more: Partial<Extract<RunEvent, { type: 'stage-finished' }>> = {}): RunEvent => ({
  type: 'stage-finished',
  stage: 'build',
  outcome: 'ok',
  durationMs: 1_234,
  summary: 'directory:sha256:3f2a… (42 files, 1.2 MB)',
  ...more,
});

describe('what a person sees of a run', () => {
  test('a stage that is done is one line with outcome, duration and figure', () => {
    expect(text(consoleLine(finished()))).toBe(
      'build      ok           1.2 s       directory:sha256:3f2a… (42 files, 1.2 MB)',
    );
  });

  test.each([
    ['ok', 'good'],
    ['planned', 'good'],
    ['running', 'good'],
    ['inconclusive', 'warning'],
    ['refused', 'bad'],
    ['rolled-back', 'bad'],
    ['rollback-failed', 'bad'],
    ['error', 'bad'],
  ] as const)('the outcome %s is %s', (outcome, tone) => {
    expect(consoleLine(finished({ outcome }))?.spans[1]).toEqual({ text: outcome.padEnd(12), tone });
  });

  test('stages stand in columns, whatever their names and outcomes', () => {
    const lines = [finished(), finished({ stage: 'rehearse', outcome: 'refused', durationMs: 65_000 })]
      .map(consoleLine)
      .map(text);
    expect(new Set(lines.map((line) => line.indexOf('directory:')))).toEqual(new Set([36]));
  });

  test('notes and steps of the rollout stand below their stage', () => {
    expect(text(consoleLine({ type: 'note', stage: 'build', text: 'npm ci' }))).toBe('           npm ci');
    expect(text(consoleLine({ type: 'rollout', record: {}, text: '5 %: 40 requests' }))).toBe(
      '           5 %: 40 requests',
    );
  });

  test('output and beginnings are details, warnings are always seen', () => {
    const levels = (
      [
        { type: 'output', stage: 'test', stream: 'stdout', line: 'ok 1' },
        { type: 'stage-started', stage: 'test', title: 'Tests' },
        { type: 'run-started', command: 'ship', runId: 'x' },
        { type: 'warning', text: 'careful' },
        { type: 'note', stage: 'test', text: 'x' },
      ] as const
    ).map((event) => consoleLine(event)?.level);
    expect(levels).toEqual(['detail', 'detail', 'detail', 'always', 'normal']);
    expect(text(consoleLine({ type: 'output', stage: 'test', stream: 'stdout', line: 'ok 1' }))).toBe(
      'test       | ok 1',
    );
  });

  test('the end of a run is told elsewhere', () => {
    expect(consoleLine({ type: 'run-finished', outcome: 'ok', code: 'X', durationMs: 1 })).toBeNull();
  });

  test('nothing from outside steers the terminal', () => {
    const line = text(consoleLine({ type: 'output', stage: 'a\nb', stream: 'stderr', line: '\u001B[2Jx\ry' }));
    expect(line).toBe('a⏎b        | x⏎y');
  });

  test('a silent stage says that it works, how long, and since when', () => {
    const line = text(stillWorking('build', 65_000, new Date('2025-01-31T12:03:01Z')));
    expect(line).toBe('build      still working, 1 min 5 s so far (since 12:03:01 UTC)');
  });
});
