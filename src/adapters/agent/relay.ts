import { type ChildProcess, spawn } from 'node:child_process';
import { Duplex, PassThrough } from 'node:stream';
import { EnvironmentError } from '../../errors.ts';
import type { EngineAddress } from '../docker/address.ts';
import type { DockerCommand } from '../docker/connections.ts';
import { agentContainer, insideSocket, noAgentThere, relayProgram, relayReady } from './container-place.ts';
import type { Dial } from './link.ts';

const openTimeoutMs = 30_000;
/** What the engine says when the container of the agent is not there, or does not run just now. */
const absent = /no such container|is not running|is restarting|is paused/i;

/**
 * The way to an agent in its container: `docker exec`, over whatever the docker command line knows a way to.
 *
 * Throws EnvironmentError `DOCKER_UNREACHABLE` when the engine does not answer.
 */
export function relayDial(address: EngineAddress, { program, env }: DockerCommand): Dial {
  const where = hostFlags(address);
  const argv = [...where, 'exec', '--interactive', agentContainer, 'node', relayProgram, insideSocket];
  return async () => {
    const child = spawn(program, argv, { env, stdio: ['pipe', 'pipe', 'pipe'] });
    const words: string[] = [];
    child.stderr.setEncoding('utf8').on('data', (text: string) => words.push(text));
    child.stdin.on('error', () => {});
    const readable = new PassThrough();
    const opened = await firstLine(child, readable);
    if (opened.isReady) return asStream(child, readable);
    child.kill();
    const said = words.join('').trim();
    if (opened.code === noAgentThere || absent.test(said)) return null;
    throw new EnvironmentError(
      'DOCKER_UNREACHABLE',
      `no way to the agent at ${address.name}: ${said || opened.words}`,
      {
        hint: 'See that the host is up and that "docker version" shows its server there, then run the command again.',
      },
    );
  };
}

export function hostFlags(address: EngineAddress): readonly string[] {
  const host = address.kind === 'socket' ? `unix://${address.path}` : address.host;
  return host === null ? [] : ['--host', host];
}

interface Opened {
  readonly isReady: boolean;
  /** With which it ended. */
  readonly code?: number | null;
  readonly words: string;
}

/** Whether it got through, or how it ended; what comes after its first line goes to `readable`. */
async function firstLine(child: ChildProcess, readable: PassThrough): Promise<Opened> {
  return await new Promise((resolve) => {
    const end = (words: string, more: Partial<Opened> = {}): void => {
      clearTimeout(timer);
      resolve({ isReady: false, words, ...more });
    };
    const timer = setTimeout(() => end(`no answer within ${openTimeoutMs / 1_000} s`), openTimeoutMs);
    let seen = '';
    const read = (chunk: Buffer): void => {
      seen += chunk.toString('latin1');
      const at = seen.indexOf('\n');
      if (at === -1) return;
      child.stdout?.off('data', read);
      if (seen.slice(0, at) !== relayReady) return end(`it said ${JSON.stringify(seen.slice(0, 200))}`);
      readable.write(Buffer.from(seen.slice(at + 1), 'latin1'));
      child.stdout?.pipe(readable);
      end('', { isReady: true });
    };
    child.stdout?.on('data', read);
    child.once('error', (error) => end(error.message));
    child.once('close', (code, signal) => end(`it ended with ${String(code ?? signal)}`, { code }));
  });
}

function asStream(child: ChildProcess, readable: PassThrough): Duplex {
  const writable = new PassThrough();
  if (child.stdin !== null) writable.pipe(child.stdin);
  const stream = Duplex.from({ writable, readable });
  child.once('close', () => stream.destroy());
  stream.once('close', () => child.kill());
  return stream;
}
