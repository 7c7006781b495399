import type { Scene, SceneResult } from './scenes.ts';

/** What came of each scene, one line each. */
export function summaryTable(scenes: readonly Scene[], results: readonly SceneResult[]): string {
  const rows = results.map(({ ended, during, serves }, index) => [
    `${index + 1} ${scenes[index]?.title ?? ''}`,
    ended.document?.outcome ?? 'no answer',
    String(ended.exitCode ?? ''),
    (ended.durationMs / 1_000).toFixed(1),
    during.requests === 0 ? '-' : String(during.requests),
    during.requests === 0 ? '-' : String(during.failed),
    serves,
  ]);
  const head = ['scene', 'outcome', 'exit', 'seconds', 'requests', 'failed', 'serves'];
  const widths = head.map((text, column) => Math.max(text.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}

const isNumber = (column: number): boolean => column >= 2 && column <= 5;
