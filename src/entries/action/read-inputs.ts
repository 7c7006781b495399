import { nearest } from '../../config/nearest.ts';
import { ConfigError, type Problem } from '../../errors.ts';
import type { Report } from '../../domain/trust/permissions.ts';
import { type InputName, inputs, type InputSpec } from './table.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a step asks for; null and an empty list: it says nothing about it. */
export interface ActionInputs {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment: string | null;
  readonly config: string | null;
  readonly directory: string | null;
  readonly dryRun: boolean;
  readonly wait: boolean;
  readonly verbose: boolean;
  readonly token: string | null;
  readonly daggerVersion: string | null;
  readonly cloudToken: string | null;
  readonly report: readonly Report[];
  /** Inputs that nobody knows; the runner warns about them as well. */
  readonly remarks: readonly string[];
}

/**
 * Read `INPUT_*`. An empty value says nothing.
 *
 * Throws ConfigError `INPUT_INVALID` with all problems.
 */
export async function readInputs(env: Environment): Promise<ActionInputs> {
  const problems: Problem[] = [];
  const given = (name: InputName): string | null => {
    const value = env[variableOf(name)]?.trim() ?? '';
    return value === '' ? null : value;
  };
  const refuse = (name: InputName, message: string, more: Partial<Problem> = {}): void => {
    problems.push({ path: name, message, ...more });
  };
  const flag = (name: InputName, otherwise = false): boolean => {
    const value = given(name);
    if (value === null) return otherwise;
    if (/^(false|False|FALSE)$/.test(value)) return false;
    if (/^(true|True|TRUE)$/.test(value)) return true;
    refuse(name, `expected true or false; got ${JSON.stringify(value)}`, { choices: ['true', 'false'] });
    return false;
  };
  const command = given('command');
  if (command === null) refuse('command', 'is missing: name what to do, for instance "command: ship"');
  else if (/\s/.test(command)) refuse('command', 'is one word; what follows it goes into args, as a YAML list');

  const read: ActionInputs = {
    command: command ?? '',
    // Blank lines at its end may belong to its last item.
    args: await argsOf(given('args') === null ? null : (env[variableOf('args')] ?? null), (message) =>
      refuse('args', message),
    ),
    environment: given('environment'),
    config: given('config'),
    directory: given('working-directory'),
    dryRun: flag('dry-run'),
    wait: flag('wait', true),
    verbose: flag('verbose'),
    token: given('token'),
    daggerVersion: given('dagger-version'),
    cloudToken: given('cloud-token'),
    report: reportsOf(given('report'), (message, more) => refuse('report', message, more)),
    remarks: strangers(env),
  };
  if (problems.length === 0) return read;
  throw new ConfigError('INPUT_INVALID', 'The inputs of the step are wrong.', {
    problems,
    hint: 'docs/reference/action.md lists the inputs and what they take.',
  });
}

const variableOf = (name: string): string => `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;

async function argsOf(text: string | null, refuse: (message: string) => void): Promise<readonly string[]> {
  if (text === null) return [];
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, {
    prettyErrors: false,
    version: '1.2',
    schema: 'failsafe',
    maxAliasCount: 0,
  } as never);
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    refuse(`is not YAML: ${error.message}`);
    return [];
  }
  const value: unknown = plain(() => document.toJS({ maxAliasCount: 0 }));
  if (!Array.isArray(value)) {
    refuse('expected a YAML list, one argument per item: "- --allow-dirty"');
    return [];
  }
  const wrong = value.findIndex((item) => typeof item !== 'string');
  if (wrong !== -1) refuse(`item ${wrong + 1} is not a text`);
  const nul = value.findIndex((item) => typeof item === 'string' && item.includes('\0'));
  if (nul !== -1) refuse(`item ${nul + 1} holds a NUL character`);
  return value.filter((item) => typeof item === 'string');
}

function plain(read: () => unknown): unknown {
  try {
    return read();
  } catch {
    return null;
  }
}

function reportsOf(text: string | null, refuse: (message: string, more: Partial<Problem>) => void): readonly Report[] {
  const spec = inputs.find(({ name }) => name === 'report') as Extract<InputSpec, { kind: 'lines' }>;
  const words = text === null ? spec.default : lines(text);
  for (const word of words) {
    if (spec.choices.includes(word)) continue;
    const meant = nearest(word, spec.choices);
    const advice = meant === null ? `choose from ${spec.choices.join(', ')}` : `did you mean "${meant}"?`;
    refuse(`${JSON.stringify(word)} is not known; ${advice}`, { choices: spec.choices });
  }
  if (words.includes('none')) {
    if (words.length > 1) refuse('"none" stands alone', {});
    return [];
  }
  return words as readonly Report[];
}

/** One item per line; blank lines and `#` comments go; `"..."` and `'...'` keep what is in them. */
export function lines(text: string): readonly string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const trimmed = line.trim();
    const quoted = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$|^'((?:[^']|'')*)'\s*(?:#.*)?$/.exec(trimmed);
    if (quoted !== null) {
      const [, double, single] = quoted;
      return [double === undefined ? (single ?? '').replaceAll("''", "'") : double.replace(/\\(.)/g, '$1')];
    }
    const bare = trimmed.replace(/(^|\s)#.*$/, '').trim();
    return bare === '' ? [] : [bare];
  });
}

function strangers(env: Environment): readonly string[] {
  const names = inputs.map(({ name }) => name);
  return Object.keys(env)
    .filter((key) => /^INPUT_/i.test(key) && !names.some((name) => variableOf(name) === key.toUpperCase()))
    .map((key) => {
      const name = key.slice('INPUT_'.length).toLowerCase();
      const meant = nearest(name, names);
      return `there is no input "${name}"${meant === null ? '' : `; did you mean "${meant}"?`}`;
    });
}
