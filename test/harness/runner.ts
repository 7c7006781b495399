import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Evaluator, Lexer, Parser, data } from '@actions/expressions';
import { parse } from 'yaml';
import { linesOf, type LogCommand, readFileCommands, readLog } from './log.ts';

/** A step that uses an action, run as GitHub's runner runs it: main, and post when the job ends. */
export interface Step {
  /** Folder with `action.yml`. */
  readonly action: string;
  readonly with?: Readonly<Record<string, string>>;
  readonly event?: { readonly name: string; readonly payload?: unknown };
  readonly workspace: string;
  /** A folder of the runner's own, outside the workspace. */
  readonly temp: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly token?: string;
  /** Cancel the job when the log holds this: SIGINT, 7.5 s later SIGTERM, 2.5 s later SIGKILL. */
  readonly cancelAt?: RegExp;
  /** Kill without a word when the log holds this. */
  readonly killAt?: RegExp;
  /** Take away the right to write to the summary. */
  readonly isSummaryBroken?: boolean;
  readonly skipPost?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  /** Both streams, as they were written. */
  readonly stdout: string;
  readonly stderr: string;
  readonly commands: readonly LogCommand[];
  /** The same before the runner hides anything. */
  readonly lines: readonly string[];
  /** What people see: lines that are no commands, secrets hidden as the runner hides them. */
  readonly log: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly path: string;
  readonly summary: string;
  readonly masks: readonly string[];
}

interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly required?: boolean; readonly default?: string }>>;
  readonly runs: { readonly using: string; readonly main: string; readonly post?: string };
}

const files = ['GITHUB_OUTPUT', 'GITHUB_ENV', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY', 'GITHUB_PATH'] as const;

export async function runStep(step: Step): Promise<{ readonly main: Ended; readonly post: Ended | null }> {
  const manifest = parse(readFileSync(join(step.action, 'action.yml'), 'utf8')) as Manifest;
  if (manifest.runs.using !== 'node24') throw new Error(`the harness runs node24, not ${manifest.runs.using}`);
  const inputs = inputVariables(manifest, step);
  const main = await runPart(join(step.action, manifest.runs.main), { ...inputs }, step, 'main');
  if (manifest.runs.post === undefined || step.skipPost === true) return { main, post: null };
  const state = Object.entries(main.state).map(([name, value]) => [`STATE_${name}`, value] as const);
  const { cancelAt: _cancel, killAt: _kill, ...rest } = step;
  const post = await runPart(
    join(step.action, manifest.runs.post),
    { ...inputs, ...Object.fromEntries(state) },
    rest,
    'post',
  );
  return { main, post };
}

/** Every declared input is set, an empty one too; undeclared ones are passed on with a warning. */
function inputVariables({ inputs }: Manifest, { with: given = {}, token = '' }: Step): Record<string, string> {
  const all = new Map<string, string>();
  for (const [name, { default: value = '' }] of Object.entries(inputs))
    all.set(name.toLowerCase(), evaluated(value, token));
  for (const [name, value] of Object.entries(given)) all.set(name.toLowerCase(), value);
  return Object.fromEntries(
    [...all].map(([name, value]) => [`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, value]),
  );
}

/** `${{ ... }}` by GitHub's own evaluator. */
export function evaluated(text: string, token: string): string {
  const [, expression] = /^\$\{\{(.*)\}\}$/s.exec(text.trim()) ?? [];
  if (expression === undefined) return text;
  const github = new data.Dictionary({ key: 'token', value: new data.StringData(token) });
  const parser = new Parser(new Lexer(expression).lex().tokens, ['github'], []);
  return new Evaluator(parser.parse(), new data.Dictionary({ key: 'github', value: github })).evaluate().coerceString();
}

async function runPart(
  program: string,
  variables: Readonly<Record<string, string>>,
  step: Step,
  part: string,
): Promise<Ended> {
  const folder = join(step.temp, `_runner_file_commands-${part}-${Math.random().toString(36).slice(2)}`);
  mkdirSync(folder, { recursive: true });
  const paths = Object.fromEntries(files.map((name) => [name, join(folder, name.toLowerCase())]));
  for (const path of Object.values(paths)) writeFileSync(path, '');
  if (step.isSummaryBroken === true) paths['GITHUB_STEP_SUMMARY'] = join(folder, 'is', 'not', 'there');
  const event = join(folder, 'event.json');
  writeFileSync(event, JSON.stringify(step.event?.payload ?? {}));
  const child = spawn(process.execPath, [program], {
    cwd: step.workspace,
    env: {
      PATH: process.env['PATH'],
      HOME: step.temp,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: step.event?.name ?? 'push',
      GITHUB_EVENT_PATH: event,
      GITHUB_WORKSPACE: step.workspace,
      GITHUB_REPOSITORY: 'owner/name',
      GITHUB_RUN_ID: '1234',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_JOB: 'deliver',
      GITHUB_WORKFLOW: 'Deliver',
      GITHUB_SERVER_URL: 'https://github.com',
      RUNNER_TEMP: step.temp,
      FAIRWAY_STATE_DIR: join(step.temp, 'state'),
      ...step.env,
      ...paths,
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { stdout, stderr, code, signal } = await watched(child, step);
  const read = [...linesOf(stdout), ...linesOf(stderr)];
  const { commands, text } = readLog(read);
  const content = (name: (typeof files)[number]): string => {
    try {
      return readFileSync(paths[name] ?? '', 'utf8');
    } catch {
      return '';
    }
  };
  const masks = commands.filter(({ name }) => name === 'add-mask').map(({ message }) => message);
  return {
    code,
    signal,
    stdout,
    stderr,
    commands,
    lines: text,
    log: text.map((line) => masks.reduce((shown, mask) => shown.replaceAll(mask, '***'), line)),
    outputs: readFileCommands(content('GITHUB_OUTPUT')),
    state: readFileCommands(content('GITHUB_STATE')),
    env: readFileCommands(content('GITHUB_ENV')),
    path: content('GITHUB_PATH'),
    summary: content('GITHUB_STEP_SUMMARY'),
    masks,
  };
}

async function watched(child: ChildProcess, { cancelAt, killAt }: Step) {
  let [stdout, stderr] = ['', ''];
  let isEnding = false;
  const done = new AbortController();
  const look = (): void => {
    if (isEnding) return;
    if (killAt?.test(stdout) === true) {
      isEnding = true;
      child.kill('SIGKILL');
    } else if (cancelAt?.test(stdout) === true) {
      isEnding = true;
      void cancel(child, done.signal);
    }
  };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    look();
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const deadline = setTimeout(() => child.kill('SIGKILL'), 120_000);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (...ended) => resolve(ended));
  });
  clearTimeout(deadline);
  done.abort();
  return { stdout, stderr, code, signal };
}

async function cancel(child: ChildProcess, signal: AbortSignal): Promise<void> {
  try {
    child.kill('SIGINT');
    await delay(7_500, null, { signal });
    child.kill('SIGTERM');
    await delay(2_500, null, { signal });
    child.kill('SIGKILL');
  } catch {
    // It ended before.
  }
}
