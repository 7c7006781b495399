import { z } from 'zod';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration with its unit (`500ms`, `30s`, `15m`, `24h`, `7d`); milliseconds after parsing. */
export const duration = z
  .string()
  .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/, { error: 'expected a duration with a unit, such as 500ms, 30s, 15m or 24h' })
  .transform((text) => {
    const unit = /[a-z]+$/.exec(text)?.[0] as keyof typeof unitMs;
    return Number.parseFloat(text) * unitMs[unit];
  });

/** A share such as `10%`; a fraction after parsing (0.1). */
export const percentage = z
  .string()
  .regex(/^\d+(\.\d+)?%$/, { error: 'expected a percentage, such as 10%' })
  .transform((text) => Number.parseFloat(text) / 100)
  .refine((fraction) => fraction <= 1, { error: 'a share is at most 100%' });

/** A reference to a secret: never the value itself. */
export const secretReference = z
  .string()
  .regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, {
    error: 'expected a reference, env:NAME or file:PATH; values of secrets do not belong here',
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
      word = (word ?? '') + text.charAt(i);
    } else if ((quote === null && /[|&;<>()$`*?~#\n]/.test(c)) || (quote === '"' && /[$`]/.test(c))) {
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

/** A command: a list of arguments, or one line without shell syntax. An argv after parsing. */
export const command = z
  .union([z.string().min(1), z.array(z.string()).min(1)], {
    error: 'expected a command: a line such as "npm test", or a list of arguments',
  })
  .transform((value, context): [string, ...string[]] => {
    const argv = typeof value === 'string' ? splitCommand(value) : (value as [string, ...string[]]);
    if (argv !== null) return argv;
    context.issues.push({
      code: 'custom',
      input: value,
      message:
        'uses shell syntax, and Fairway starts no shell: give a list, such as ["sh", "-c", "..."], if you want one',
    });
    return z.NEVER;
  });

/** One line, or a list of commands that run one after another (each a line or a list of arguments). */
export const commands = z
  .union([
    z
      .string()
      .min(1)
      .transform((line) => [line]),
    z.array(z.unknown()),
  ])
  .pipe(z.array(command));

export const environmentVariables = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of an environment variable' }),
  z.union([z.string(), z.number(), z.boolean()]).transform(String),
);
