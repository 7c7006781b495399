import { ConfigError, type FairwayError, type Problem } from '../../errors.ts';
import type { ConsoleLine, Tone } from './console-line.ts';
import { harmless, harmlessLines } from './harmless.ts';

const line = (text: string, tone: Tone = 'plain'): ConsoleLine => ({ level: 'always', spans: [{ text, tone }] });

function place(problem: Problem): string {
  const position = problem.line === undefined ? '' : `:${problem.line}:${problem.column ?? 1}`;
  return problem.file === undefined ? '' : `${harmless(problem.file)}${position}  `;
}

/** An error for people: code and message, each problem with its place, then the next step. */
export function failureLines(error: FairwayError): readonly ConsoleLine[] {
  const [first = '', ...more] = harmlessLines(error.message);
  const problems = error instanceof ConfigError ? error.problems : [];
  return [
    {
      level: 'always',
      spans: [
        { text: harmless(error.code), tone: 'bad' },
        { text: `: ${first}`, tone: 'plain' },
      ],
    },
    ...more.map((text) => line(`  ${text}`)),
    ...problems.flatMap((problem) => {
      const [text = '', ...rest] = harmlessLines(problem.message);
      return [
        line(`  ${place(problem)}${harmless(problem.path)}: ${text}`),
        ...rest.map((next) => line(`    ${next}`)),
      ];
    }),
    ...(error.hint === undefined
      ? []
      : harmlessLines(error.hint).map((text, i) => line(i === 0 ? `next: ${text}` : `  ${text}`))),
  ];
}
