import { gitCredentials } from '../../adapters/actions/git-credentials.ts';
import type { Runner } from '../../adapters/actions/runner.ts';
import { failureLines } from '../../domain/report/failure-lines.ts';
import { finalDocument, type FinalDocument } from '../../domain/report/final-document.ts';
import { harmlessLines } from '../../domain/report/harmless.ts';
import { mapTexts } from '../../domain/report/map-texts.ts';
import { createMask } from '../../domain/secrets/mask.ts';
import { FairwayError } from '../../errors.ts';
import type { RunEvent } from '../../ports.ts';
import { createConsole, type Console } from '../cli/console.ts';
import { type Audience, runCommand } from '../cli/door.ts';
import { listenForInterrupts } from '../cli/interrupt.ts';
import { expected } from '../cli/unexpected.ts';
import { ownVersion } from '../cli/version.ts';
import { askedRun, currentEvent } from './ask.ts';
import { withSarif } from './code-scanning.ts';
import { openGitHub, type GitHub } from './github.ts';
import { type ActionInputs, readInputs } from './read-inputs.ts';
import { basePolicy } from './policy.ts';
import { tellResult } from './results.ts';

/** The step itself: inputs, trust, the command, and what GitHub is told of it. Answers the exit code. */
export async function runStep(runner: Runner): Promise<number> {
  const token = process.env['INPUT_TOKEN']?.trim() ?? '';
  if (token !== '') runner.hide(token);
  const credentials = gitCredentials(process.env, token);
  if (credentials !== null) {
    runner.hide(credentials.secret);
    // Only git inherits these: programs of the project get a small environment of their own.
    Object.assign(process.env, credentials.env);
  }
  const console = consoleOf();
  const interruption = listenForInterrupts({
    process,
    monotonicMs: () => performance.now(),
    say: (text) => console.print([{ level: 'always', spans: [{ text, tone: 'warning' }] }], 'troubles'),
    leave: (code) => process.exit(code),
  });
  const broken = brokenPromise();
  const pulse = setInterval(() => console.tick(), 1_000);
  const events: RunEvent[] = [];
  let [document, github, inputs] = [null as FinalDocument | null, null as GitHub | null, null as ActionInputs | null];
  const say = (text: string): void =>
    console.print(
      harmlessLines(text).map((line) => ({ level: 'always', spans: [{ text: line, tone: 'muted' }] })),
      'lines',
    );
  const warn = (text: string): void => {
    events.push({ type: 'warning', text });
    const lines = harmlessLines(`warning: ${text}`).map((line) => ({ text: line, tone: 'warning' as const }));
    console.print(
      lines.map((span) => ({ level: 'always', spans: [span] })),
      'troubles',
    );
  };
  try {
    inputs = await readInputs(process.env);
    inputs.remarks.forEach(warn);
    const event = await currentEvent(process.env);
    const run = withSarif(askedRun(inputs, event), inputs, process.env);
    await provideDagger(inputs, (text) => runner.hide(text), say);
    const policy = await basePolicy(event, run, process.env, warn);
    github = await openGitHub({ env: process.env, token, inputs, run, event, warn });
    await github.begin((name, value) => runner.state(name, value));
    const audience: Audience = {
      secrets: token === '' ? [] : [token],
      onSecret: (secret) => runner.hide(secret),
      report: (told) => void (told.type !== 'output' && events.push(told)),
      onEnd: (told) => (document = told),
    };
    await runCommand(run, {
      console,
      env: commandEnvironment(token),
      cwd: process.env['GITHUB_WORKSPACE'] ?? process.cwd(),
      version: ownVersion(),
      isTerminal: false,
      signal: interruption.signal,
      ask: () => Promise.resolve(false),
      broken,
      giveUp: interruption.giveUp,
      graceMs: 10_000,
      writeDocument: (text) => process.stdout.write(text),
      audience,
      ...(policy === null ? {} : { policy }),
    });
  } catch (thrown) {
    const error = expected(thrown, interruption.signal, ownVersion());
    if (document === null || !(thrown instanceof FairwayError)) console.print(failureLines(error), 'troubles');
    const facts = { version: ownVersion(), command: inputs?.command ?? '', durationMs: 0, stages: [] };
    const mask = createMask(token === '' ? [] : [token]);
    document ??= mapTexts(finalDocument(facts, { kind: 'failed', error, result: {} }), (text) =>
      mask.apply(text),
    ) as FinalDocument;
  } finally {
    clearInterval(pulse);
  }
  if (document === null) return 1;
  await tellResult({ document, events, inputs, github, runner, env: process.env, warn });
  runner.state('isFinished', 'true');
  console.close();
  interruption.stop();
  return document.exitCode;
}

/** An engine's variables are nobody's but the process that holds its SDK: programs inherit none of ours. */
async function provideDagger(
  { daggerVersion, cloudToken }: ActionInputs,
  hide: (secret: string) => void,
  say: (text: string) => void,
): Promise<void> {
  if (cloudToken !== null) {
    hide(cloudToken);
    process.env['DAGGER_CLOUD_TOKEN'] = cloudToken;
  }
  if (daggerVersion === null) return;
  const { daggerFor } = await import('./dagger.ts');
  Object.assign(process.env, await daggerFor(daggerVersion, process.env, say));
}

/** The step's own inputs are nobody else's; the token goes where the configuration looks for it by default. */
function commandEnvironment(token: string): NodeJS.ProcessEnv {
  const given = Object.entries(process.env).filter(([name]) => !/^(INPUT|STATE)_/i.test(name));
  return {
    ...Object.fromEntries(given),
    FAIRWAY_DOOR: 'action',
    ...(token === '' ? {} : { GITHUB_TOKEN: process.env['GITHUB_TOKEN'] || token }),
  };
}

function consoleOf(): Console {
  return createConsole({
    lines: process.stdout,
    troubles: process.stdout,
    color: false,
    level: /^true$/i.test(process.env['INPUT_VERBOSE']?.trim() ?? '') ? 'verbose' : 'normal',
    live: false,
    monotonicMs: () => performance.now(),
    now: () => new Date(),
  });
}

/** Rejects when a promise that nobody awaits fails, or a callback throws. */
function brokenPromise(): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
  });
  promise.catch(() => undefined);
  return promise;
}
