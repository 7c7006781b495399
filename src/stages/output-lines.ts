import { count } from '../domain/report/quantities.ts';
import type { Reporter } from '../ports.ts';

/** What one stage may show; a build that says more says it to nobody, and the disk stays free of it. */
const mostLines = 10_000;
const mostCharacters = 4_000_000;

/** A listener that reports the lines of a stage's commands, and says so once when there are too many. */
export function reportLines(stage: string, reporter: Reporter): (stream: 'stdout' | 'stderr', line: string) => void {
  let lines = 0;
  let characters = 0;
  return (stream, line) => {
    if (lines > mostLines) return;
    lines += 1;
    characters += line.length;
    if (lines <= mostLines && characters <= mostCharacters) {
      reporter.report({ type: 'output', stage, stream, line });
      return;
    }
    const text = `only the first ${count(lines - 1, 'line')} of the output are shown: there are too many`;
    reporter.report({ type: 'note', stage, text });
    lines = mostLines + 1;
  };
}
