import { Agent, request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | string;
  readonly agent?: Agent;
  readonly signal?: AbortSignal;
}

/** One request, on a connection of its own unless there is an agent; rejects when no whole answer comes. */
export async function ask(
  url: string,
  { method = 'GET', headers = {}, body, agent, signal }: Ask = {},
): Promise<Reply> {
  return await new Promise((resolve, reject) => {
    const request = httpRequest(
      url,
      { method, headers, agent: agent ?? false, ...(signal === undefined ? {} : { signal }) },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Ask `count` times, `atOnce` at a time on kept connections; counts who answered. */
export async function askMany(url: string, count: number, atOnce = 16): Promise<Readonly<Record<string, number>>> {
  const agent = new Agent({ keepAlive: true });
  const answered: Record<string, number> = {};
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const { status, headers } = await ask(url, { agent });
      const who = status === 200 ? String(headers['x-answered-by']) : String(status);
      answered[who] = (answered[who] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  agent.destroy();
  return answered;
}

/** Look again until it is true; fails after ten seconds. */
export async function eventually(isTrue: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let look = 0; look < 500; look += 1) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ten seconds: ${what}`);
}

/** Send text as it is and read until the other side closes, or has been silent for a while. */
export async function raw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(text);
  socket.setTimeout(500, () => socket.end());
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}
