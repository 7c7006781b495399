import { z } from 'zod';

// A command judges one file once: compiling a faster judge of it first takes longer than it saves.
z.config({ jitless: true });

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Timers of this runtime hold no more. */
const longestMs = 24 * unitMs.d;

/** How people write units that we know by another name. */
const unitNames: readonly (readonly [unit: keyof typeof unitMs, names: RegExp])[] = [
  ['ms', /^(ms|msecs?|milli.*)$/],
  ['s', /^s(ecs?|econds?)?$/],
  ['m', /^m(ins?|inutes?)?$/],
  ['h', /^h(rs?|ours?)?$/],
  ['d', /^d(ays?)?$/],
];

function durationAdvice(input: unknown): string {
  const expected = 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h';
  const [, amount, name = ''] = /^\s*(\d+(?:\.\d+)?)\s*([\p{L}]*)\s*$/u.exec(String(input)) ?? [];
  if (amount === undefined) return expected;
  if (name === '') return `${expected}: ${amount}s for seconds, ${amount}ms for milliseconds`;
  const [meant] = unitNames.find(([, names]) => names.test(name.toLowerCase())) ?? [];
  return meant === undefined ? expected : `${expected}: ${amount}${meant}`;
}

/** A duration with its unit (`500ms`, `30s`, `15m`, `24h`, `7d`); milliseconds after parsing, at most 24 days. */
export const duration = z
  .string({ error: (issue) => (issue.input === undefined ? undefined : durationAdvice(issue.input)) })
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, { error: (issue) => durationAdvice(issue.input) })
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof unitMs;
    return Math.round(Number.parseFloat(text) * unitMs[unit]);
  })
  .refine((ms) => ms <= longestMs, { error: 'a duration is at most 24d' });

/** A duration that something must end within: never 0. */
export const deadline = duration.refine((ms) => ms > 0, { error: 'a deadline is longer than 0' });

function percentageAdvice(input: unknown): string {
  const expected = 'expected a percentage, such as 10%';
  if (typeof input !== 'number') return expected;
  const asFraction =
    input > 0 && input < 1 ? ` (${input} as a fraction is ${Number((input * 100).toPrecision(12))}%)` : '';
  return `${expected}: ${input}%${asFraction}`;
}

/** A share such as `10%`; a fraction after parsing (0.1). */
export const percentage = z
  .string({ error: (issue) => (issue.input === undefined ? undefined : percentageAdvice(issue.input)) })
  .regex(/^\d+(\.\d+)?%$/, { error: (issue) => percentageAdvice(issue.input) })
  .transform((text) => Number.parseFloat(text) / 100)
  .refine((fraction) => fraction <= 1, { error: 'a share is at most 100%' });

/** What a secret's reference looks like; whoever reports a problem with one must not show what stands there. */
export const secretReferencePattern = /^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/;

/** A reference to a secret: never the value itself. */
export const secretReference = z.string().regex(secretReferencePattern, {
  error: 'expected a reference, env:NAME or file:PATH; values of secrets do not belong here',
});

/** A path below the folder of fairway.yml. */
export const relativePath = z
  .string()
  .min(1)
  .refine((path) => !/^([/\\]|[A-Za-z]:)/.test(path) && !path.split(/[/\\]/).includes('..'), {
    error: 'expected a path below the folder of the configuration: neither absolute nor with ".."',
  });

/**
 * Split a command line into arguments: blanks separate, single and double quotes group, a backslash escapes.
 *
 * Answers null when the text asks for a shell (an unquoted operator, variable or glob) or a quote is left open.
 */
export function splitCommand(text: string): [string, ...string[]] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote: '"' | "'" | null = null;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charAt(i);
    if (quote === null && /[\s]/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
    } else if (quote === null && (c === '"' || c === "'")) {
      quote = c;
      word ??= '';
    } else if (c === quote) {
      quote = null;
    } else if (c === '\\' && quote !== "'") {
      i += 1;
      if (i === text.length) return null;
      word = (word ?? '') + text.charAt(i);
    } else if (asksForShell(c, quote, word === null)) {
      return null;
    } else {
      word = (word ?? '') + c;
    }
  }
  if (quote !== null) return null;
  if (word !== null) words.push(word);
  const [first, ...rest] = words;
  return first === undefined || first === '' ? null : [first, ...rest];
}

function asksForShell(c: string, quote: string | null, beginsWord: boolean): boolean {
  if (c === '\0') return true;
  if (quote !== null) return quote === '"' && /[$`]/.test(c);
  return /[|&;<>()$`*?]/.test(c) || (beginsWord && /[~#]/.test(c));
}

/** A command: a list of arguments, or one line without shell syntax. An argv after parsing. */
export const command = z
  .union([z.string().min(1), z.array(z.string().regex(/^[^\0]*$/)).min(1)], {
    error: 'expected a command: a line such as "npm test", or a list of arguments (text, in quotes where needed)',
  })
  .transform((value, context): [string, ...string[]] => {
    const argv = typeof value === 'string' ? splitCommand(value) : (value as [string, ...string[]]);
    if (argv !== null && argv[0] !== '') return argv;
    context.issues.push({
      code: 'custom',
      input: value,
      message:
        'uses shell syntax or leaves a quote open, and Fairway starts no shell: give a list, such as ["sh", "-c", "..."], if you want one',
    });
    return z.NEVER;
  });

/** One line, or a list of commands that run one after another (each a line or a list of arguments). */
export const commands = z
  .union(
    [
      z
        .string()
        .min(1)
        .transform((line) => [line]),
      z.array(z.unknown()).meta({
        items: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      }),
    ],
    { error: 'expected a command line, or a list of them' },
  )
  .pipe(z.array(command));

export const environmentVariables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable' }),
  z
    .union([z.string().regex(/^[^\0]*$/), z.number(), z.boolean()], { error: 'expected text, a number, true or false' })
    .transform(String),
);
