import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { echoWebSocket } from './websocket-echo.ts';

/** A release as the proxy sees it: a server that answers as its path asks. */
export interface TestBackend {
  readonly releaseId: string;
  readonly address: string;
  /** Requests that arrived. */
  readonly requests: readonly IncomingMessage[];
  /** Let those that wait on `/hold` go on. */
  release(): void;
  /** End at once, as a killed process does. */
  die(): Promise<void>;
}

export async function startBackend(releaseId: string): Promise<TestBackend> {
  const requests: IncomingMessage[] = [];
  let held: (() => void)[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    response.setHeader('x-answered-by', releaseId);
    void answer(request, response, (go) => held.push(go));
  });
  server.on('upgrade', (request, socket) => {
    requests.push(request);
    if (request.url === '/refuse') socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    else echoWebSocket(request, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    releaseId,
    address: `127.0.0.1:${port}`,
    requests,
    release: () => {
      for (const go of held) go();
      held = [];
    },
    die: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  hold: (go: () => void) => void,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://any');
  const number = Number(searchParams.get('n') ?? 0);
  switch (pathname) {
    case '/status':
      response.writeHead(number).end();
      break;
    case '/slow':
      await sleep(number);
      response.end('slow');
      break;
    case '/hold':
      response.write('begin ');
      await new Promise<void>((resolve) => hold(resolve));
      response.end('end');
      break;
    case '/echo':
      request.pipe(response);
      break;
    case '/echo-later': {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.end(Buffer.concat(chunks));
      break;
    }
    case '/large':
      response.end(Buffer.alloc(number, 'x'));
      break;
    case '/headers':
      response.setHeader('set-cookie', ['a=1', 'b=2']).end(JSON.stringify(request.headers));
      break;
    case '/reset':
      request.socket.destroy();
      break;
    case '/half':
      response.write('half', () => request.socket.destroy());
      break;
    case '/never':
      break;
    default:
      request.resume();
      response.end(`${request.method} ${request.url}`);
  }
}
