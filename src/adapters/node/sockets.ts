import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect, isIP } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateView, ReceivedRequest, Receiver, Sockets, SocketTarget, SocketTurn } from '../../ports.ts';

/** What is heard in one turn, or sent to a receiver, is never longer. */
const maxCharacters = 1024 * 1024;

/** Sockets of this machine. */
export function nodeSockets(): Sockets {
  return {
    converse: async (target, turns) => await within(target, async (socket) => await talk(socket, turns)),
    certificate: async (target) => await within(target, async (socket) => view(socket as TLSSocket)),
    receive,
  };
}

async function within<T>(target: SocketTarget, use: (socket: Socket) => Promise<T>): Promise<T> {
  const { host, port, tls, timeoutMs } = target;
  const socket =
    tls === undefined
      ? connect({ host, port })
      : connectTls({
          host,
          port,
          servername: isIP(tls.serverName) === 0 ? tls.serverName : '',
          rejectUnauthorized: false,
        });
  const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    await opened(socket, tls === undefined ? 'connect' : 'secureConnect');
    return await use(socket);
  } catch (error) {
    throw new Error(`${host}:${port}: ${sentenceOf(error as NodeJS.ErrnoException)}`, { cause: error });
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

async function opened(socket: Socket, event: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    // Stays for good: an error between two turns must not end the process.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.once(event, () => resolve());
  });
}

async function talk(socket: Socket, turns: readonly SocketTurn[]): Promise<readonly string[]> {
  const heard: string[] = [];
  socket.setEncoding('latin1');
  for (const { say, until } of turns) {
    const hearing = hear(socket, until);
    if (say !== '') socket.write(say, 'latin1');
    heard.push(await hearing);
  }
  return heard;
}

async function hear(socket: Socket, until: RegExp): Promise<string> {
  let text = '';
  return await new Promise((resolve, reject) => {
    if (until.test('')) return resolve('');
    const end = (settle: () => void): void => {
      socket.off('data', take).off('close', closed).off('error', failed);
      settle();
    };
    const failed = (error: Error): void => end(() => reject(error));
    const closed = (): void => failed(new Error(`the connection was closed after "${excerpt(text)}"`));
    const take = (chunk: string | Buffer): void => {
      text += String(chunk);
      if (until.test(text)) end(() => resolve(text));
      else if (text.length > maxCharacters) failed(new Error(`more than ${maxCharacters} characters came`));
    };
    socket.on('data', take).once('close', closed).once('error', failed);
    if (socket.destroyed) closed();
  });
}

function excerpt(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function view(socket: TLSSocket): CertificateView {
  const peer: PeerCertificate = socket.getPeerCertificate();
  const names = (peer.subjectaltname ?? '').split(', ').flatMap((entry) => entry.split(':').slice(1).join(':') || []);
  const distrust = socket.authorizationError as Error | string | null | undefined;
  return {
    subject: nameOf(peer.subject),
    issuer: nameOf(peer.issuer),
    names,
    validFrom: new Date(peer.valid_from),
    validTo: new Date(peer.valid_to),
    distrust: distrust === null || distrust === undefined ? null : String(distrust),
  };
}

function nameOf(name: PeerCertificate['subject'] | undefined): string {
  return String(name?.CN ?? name?.O ?? 'nobody');
}

async function receive(address: string, port: number): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  const waiting = new Set<() => void>();
  const server = createServer((request, response) => {
    void readAll(request).then((body) => {
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      requests.push({ method: request.method ?? '', path: request.url ?? '', headers, body });
      response.writeHead(204).end();
      for (const look of waiting) look();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve());
  });
  const at = server.address() as AddressInfo;
  return {
    url: `http://${address}:${at.port}`,
    wait: async (isWanted, timeoutMs) =>
      await new Promise((resolve) => {
        const end = (found: ReceivedRequest | null): void => {
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const look = (): void => {
          const found = requests.find(isWanted);
          if (found !== undefined) end(found);
        };
        const timer = setTimeout(() => end(null), timeoutMs);
        waiting.add(look);
        look();
      }),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function readAll(request: IncomingMessage): Promise<string> {
  let text = '';
  try {
    for await (const chunk of request) if (text.length <= maxCharacters) text += String(chunk);
  } catch {
    // What came is what there is.
  }
  return text;
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'no such host',
  EPIPE: 'the connection was closed',
};

function sentenceOf(error: NodeJS.ErrnoException): string {
  const first = error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException) : error;
  return sentences[first.code ?? ''] ?? first.message;
}
