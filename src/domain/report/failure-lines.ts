import { ConfigError, type FairwayError, type Problem } from '../../errors.ts';
import type { ConsoleLine } from './console-line.ts';
import { harmless, harmlessLines } from './harmless.ts';

/** An error for people: code and message, each problem with its place, then the next step. */
export function failureLines(error: FairwayError): readonly ConsoleLine[] {
  const [first = '', ...more] = harmlessLines(error.message);
  const problems = error instanceof ConfigError ? error.problems : [];
  const [step, ...details] = error.hint === undefined ? [] : harmlessLines(error.hint);
  return [
    {
      level: 'always',
      spans: [
        { text: harmless(error.code), tone: 'bad' },
        { text: `: ${first}`, tone: 'plain' },
      ],
    },
    ...more.map((text) => line(`  ${text}`)),
    ...problems.flatMap(problemLines),
    ...(step === undefined ? [] : [line(`next: ${step}`), ...details.map((text) => line(`  ${text}`))]),
  ];
}

function problemLines(problem: Problem): readonly ConsoleLine[] {
  const [text = '', ...more] = harmlessLines(problem.message);
  // A problem of the whole file has said where it is by its place.
  const subject = problem.path === problem.file ? '' : `${harmless(problem.path)}: `;
  return [line(`  ${placeOf(problem)}${subject}${text}`), ...more.map((next) => line(`    ${next}`))];
}

function placeOf({ file, line: at, column = 1 }: Problem): string {
  if (file === undefined) return '';
  return at === undefined ? `${harmless(file)}  ` : `${harmless(file)}:${at}:${column}  `;
}

function line(text: string): ConsoleLine {
  return { level: 'always', spans: [{ text, tone: 'plain' }] };
}
