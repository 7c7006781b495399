import { once } from 'node:events';
import { createServer as createHttp } from 'node:http';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { createServer as createTcp } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

async function listening(server: ReturnType<typeof createTcp> | Server): Promise<RunningServer> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

export async function httpServer(answer: RequestListener): Promise<RunningServer> {
  return await listening(createHttp(answer));
}

/** A server that talks in lines: `greeting` first, then what `answer` says to each line. */
export async function lineServer(greeting: string, answer: (line: string) => string): Promise<RunningServer> {
  return await listening(
    createTcp((socket) => {
      socket.on('error', () => socket.destroy());
      socket.write(greeting);
      socket.on('data', (chunk) => {
        for (const line of String(chunk).split('\r\n').filter(Boolean)) socket.write(answer(line));
      });
    }),
  );
}

export async function tlsServer(key: string, cert: string): Promise<RunningServer> {
  return await listening(createTls({ key, cert }, (socket) => socket.on('error', () => socket.destroy())));
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
