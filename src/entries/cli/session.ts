import { failureLines } from '../../domain/report/failure-lines.ts';
import { finalDocument } from '../../domain/report/final-document.ts';
import type { FairwayError } from '../../errors.ts';
import { asksFor, commandWord } from './arguments.ts';
import { askOn } from './ask.ts';
import { type Console, createConsole } from './console.ts';
import type { Run } from './context.ts';
import { runCommand } from './door.ts';
import { generalHelp } from './help.ts';
import { listenForInterrupts } from './interrupt.ts';
import { ownVersion } from './version.ts';

type Asks = (globalSwitch: string) => boolean;

/** Run a command in this process: its streams, its signals, its environment. Answers the exit code. */
export async function runSession(run: Run): Promise<number> {
  const asks: Asks = (flag) => run.globals[flag] === true;
  const console = consoleFor(asks);
  const interruption = listenForInterrupts({
    process,
    monotonicMs: () => performance.now(),
    say: (text) => console.print([{ level: 'always', spans: [{ text, tone: 'warning' }] }], 'troubles'),
    leave: (code) => process.exit(code),
  });
  const pulse = setInterval(() => console.tick(), 1_000);
  try {
    return await runCommand(run, {
      console,
      env: process.env,
      cwd: process.cwd(),
      version: ownVersion(),
      isTerminal: isTerminal(asks),
      signal: interruption.signal,
      ask: async (question) =>
        isTerminal(asks) && (await askOn(process.stdin, process.stderr, question, interruption.signal)),
      broken: broken(),
      giveUp: interruption.giveUp,
      graceMs: 10_000,
      writeDocument: (text) => process.stdout.write(text),
    });
  } finally {
    clearInterval(pulse);
    console.close();
    interruption.stop();
  }
}

/** Answer a command line that names nothing that could run. */
export function refuse(argv: readonly string[], error: FairwayError): number {
  const asks: Asks = (flag) => asksFor(argv, flag);
  if (error.code === 'COMMAND_MISSING') process.stderr.write(`${generalHelp()}\n`);
  consoleFor(asks).print(failureLines(error), 'troubles');
  if (asks('json')) {
    const facts = { version: ownVersion(), command: commandWord(argv) ?? '', durationMs: 0, stages: [] };
    process.stdout.write(`${JSON.stringify(finalDocument(facts, { kind: 'failed', error, result: {} }), null, 2)}\n`);
  }
  return error.exitCode;
}

function consoleFor(asks: Asks): Console {
  const { stdout, stderr, env } = process;
  const lines = asks('json') ? stderr : stdout;
  return createConsole({
    lines,
    troubles: stderr,
    color: !asks('no-color') && wantsColor(env, lines),
    level: asks('verbose') ? 'verbose' : asks('quiet') ? 'quiet' : 'normal',
    live: stderr.isTTY && lines.isTTY && env['TERM'] !== 'dumb' && !env['CI'],
    monotonicMs: () => performance.now(),
    now: () => new Date(),
  });
}

/** NO_COLOR goes before FORCE_COLOR (no-color.org); an empty variable says nothing. */
function wantsColor(env: NodeJS.ProcessEnv, stream: NodeJS.WriteStream): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return stream.isTTY && env['TERM'] !== 'dumb';
}

function isTerminal(asks: Asks): boolean {
  return process.stdin.isTTY && process.stderr.isTTY && !asks('json') && !process.env['CI'];
}

/** Rejects when a promise that nobody awaits fails, or a callback throws. */
function broken(): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    process.on('uncaughtException', reject);
    process.on('unhandledRejection', reject);
  });
  // The race in the door hears it; before that, nothing may end the process by it.
  promise.catch(() => undefined);
  return promise;
}
