import { Agent, request as httpRequest } from 'node:http';
import type { ClientRequest } from 'node:http';
import type { LoadRequest } from './mix.ts';

export interface Sent {
  readonly status: number | null;
  readonly error: string | null;
  readonly release: string | null;
}

/** Idle connections are closed before a server would, so that no request meets a connection that is just being closed. */
export function keepAliveAgent(): Agent {
  return new Agent({ keepAlive: true, maxFreeSockets: 512, timeout: 2_000 });
}

/** Send one request, read its answer to the end and forget the body; `done` is called exactly once. */
export function send(
  base: URL,
  wanted: LoadRequest,
  agent: Agent | false,
  done: (sent: Sent) => void,
): { readonly cancel: () => void } {
  const { body } = wanted;
  const headers = { ...wanted.headers, ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }) };
  let ended = false;
  let timedOut = false;
  const end = (sent: Sent): void => {
    if (ended) return;
    ended = true;
    done(sent);
  };
  const fail = (error: Error): void => {
    const code = (error as NodeJS.ErrnoException).code ?? error.message;
    end({ status: null, error: timedOut ? 'TIMEOUT' : code, release: null });
  };
  const request: ClientRequest = httpRequest(
    { host: base.hostname, port: base.port, path: wanted.path, method: wanted.method ?? 'GET', headers, agent },
    (response) => {
      const release = response.headers['x-fairway-release'];
      const status = response.statusCode ?? null;
      response.on('error', fail);
      response.on('end', () => end({ status, error: null, release: typeof release === 'string' ? release : null }));
      response.on('close', () => fail(new Error('the answer was cut')));
      response.resume();
    },
  );
  request.on('error', fail);
  request.end(body);
  return {
    cancel: () => {
      timedOut = true;
      request.destroy(new Error('no whole answer in time'));
    },
  };
}
