import { type Agent, request } from 'node:http';
import { EnvironmentError } from '../../errors.ts';
import type { EngineAddress } from './address.ts';

export interface Question {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the version, with its query: `/containers/json`. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  /** Other answers than 2xx that mean something to whoever asks. */
  readonly alsoFine?: readonly number[];
}

export interface Reply {
  readonly status: number;
  readonly body: Buffer;
}

export interface EngineDoor {
  readonly address: EngineAddress;
  readonly agent: Agent;
}

const timeoutMs = 30_000;
const mostBytes = 64 * 1024 * 1024;

/** Ask one engine; the version of its API is agreed on with the first question. */
export function askingEngine(door: EngineDoor): (question: Question) => Promise<Reply> {
  let version: Promise<string> | null = null;
  return async (question) => {
    version ??= agreeOnVersion(door);
    const prefix = await version.catch((error: unknown) => {
      version = null;
      throw error;
    });
    const reply = await send(door, { ...question, path: `${prefix}${question.path}` });
    const isFine = (reply.status >= 200 && reply.status < 300) || question.alsoFine?.includes(reply.status) === true;
    if (isFine) return reply;
    throw refused(question, reply);
  };
}

/** The newest API that we were seen working with. */
const newestMinor = 51;

async function agreeOnVersion(door: EngineDoor): Promise<string> {
  const { body } = await send(door, { method: 'GET', path: '/version' });
  const [, minor] = /"ApiVersion":\s*"1\.(\d+)"/.exec(body.toString()) ?? [];
  if (minor === undefined) {
    throw unreachable(door.address, 'what answers there is no Docker engine');
  }
  return `/v1.${Math.min(newestMinor, Number(minor))}`;
}

async function send({ address, agent }: EngineDoor, question: Question): Promise<Reply> {
  const text = question.body === undefined ? undefined : JSON.stringify(question.body);
  return await new Promise((resolve, reject) => {
    const limit = question.timeoutMs ?? timeoutMs;
    const fail = (error: Error): void => reject(unreachable(address, error.message, error));
    const outgoing = request(
      {
        agent,
        method: question.method,
        path: question.path,
        host: 'docker',
        headers: {
          ...question.headers,
          ...(text === undefined
            ? { 'content-length': '0' }
            : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) }),
        },
        signal: AbortSignal.timeout(limit),
      },
      (incoming) => {
        const chunks: Buffer[] = [];
        let length = 0;
        incoming.on('data', (chunk: Buffer) => {
          length += chunk.length;
          if (length <= mostBytes) chunks.push(chunk);
          else outgoing.destroy(new Error(`its answer has more than ${mostBytes} bytes`));
        });
        incoming.once('end', () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks) }));
        incoming.once('error', fail);
      },
    );
    outgoing.once('error', (error) =>
      fail(
        error.name === 'AbortError' || error.name === 'TimeoutError'
          ? new Error(`no answer within ${limit} ms`)
          : error,
      ),
    );
    outgoing.end(text);
  });
}

function unreachable({ name }: EngineAddress, reason: string, cause?: unknown): EnvironmentError {
  return new EnvironmentError('DOCKER_UNREACHABLE', `the Docker engine at ${name} does not answer: ${reason}`, {
    hint: 'Start it, or correct DOCKER_HOST or target.host; "docker version" must show a server.',
    cause,
  });
}

function refused({ method, path }: Question, { status, body }: Reply): EnvironmentError {
  const text = body.toString();
  const [, message] = /"message":"((?:[^"\\]|\\.)*)"/.exec(text) ?? [];
  const words = message === undefined ? text.trim() : (JSON.parse(`"${message}"`) as string);
  return new EnvironmentError('DOCKER_REFUSED', `the Docker engine said no: ${words}`, {
    facts: { status, request: `${method} ${path.split('?')[0] ?? ''}`, words },
  });
}
