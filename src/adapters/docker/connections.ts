import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { Duplex, PassThrough } from 'node:stream';
import type { Environment } from '../node/paths.ts';
import type { EngineAddress } from './address.ts';

/** The docker command line, as a program and what it reads from its environment. */
export interface DockerCommand {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
}

const passed = /^(DOCKER_|BUILDX_|BUILDKIT_|SSH_AUTH_SOCK$|HOME$|PATH$|XDG_)/;

/** `FAIRWAY_DOCKER` names another program than the `docker` on PATH. */
export function dockerCommand(env: Environment): DockerCommand {
  const kept = Object.entries(env).filter(([name, value]) => value !== undefined && passed.test(name));
  return { program: env['FAIRWAY_DOCKER'] ?? 'docker', env: Object.fromEntries(kept) as Record<string, string> };
}

const idleSockets = 4;

/** Connections to an engine, kept open between requests: a new one costs a handshake where ssh is on the way. */
export function engineConnections(address: EngineAddress, command: DockerCommand): Agent {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: idleSockets, timeout: 0 });
  agent.createConnection = () =>
    address.kind === 'socket' ? connect({ path: address.path }) : dialled(address.host, command);
  return agent;
}

/** The engine's API over the command line's own way to it (ssh, TLS, a context): what it is told, it passes on. */
function dialled(host: string | null, { program, env }: DockerCommand): Duplex {
  const where = host === null ? [] : ['--host', host];
  const child = spawn(program, [...where, 'system', 'dial-stdio'], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  const words: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => words.push(text));
  // One that has ended does not read any more: what it said on its way tells more than that.
  child.stdin.on('error', () => {});
  const writable = new PassThrough();
  writable.pipe(child.stdin);
  // Its end is told only when it is known whether that is a failure.
  const readable = child.stdout.pipe(new PassThrough(), { end: false });
  const stream = Duplex.from({ writable, readable });
  child.once('error', (error) => stream.destroy(error));
  child.once('close', (code) => {
    if (code === 0) readable.end();
    else stream.destroy(new Error(words.join('').trim() || `${program} ended with ${String(code)}`));
  });
  stream.once('close', () => child.kill());
  // Asked for by node:http of every connection that it is given.
  return Object.assign(stream, {
    setKeepAlive: () => stream,
    setNoDelay: () => stream,
    setTimeout: () => stream,
    ref: () => stream,
    unref: () => stream,
  });
}
