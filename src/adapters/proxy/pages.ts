import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

const pages = {
  503: { reason: 'Service Unavailable', text: 'No release serves here yet. Please try again in a moment.\n' },
  502: { reason: 'Bad Gateway', text: 'The application did not answer.\n' },
  504: { reason: 'Gateway Timeout', text: 'The application did not answer in time.\n' },
} as const;

export function sayNobodyServes(response: ServerResponse): void {
  say(response, 503, { 'retry-after': '2' });
}

export function sayMaintenance(response: ServerResponse, page: string): void {
  response.writeHead(503, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'retry-after': '60',
    connection: 'close',
  });
  response.end(page);
}

export function sayBadGateway(response: ServerResponse, releaseId: string | null): void {
  say(response, 502, releaseHeader(releaseId));
}

export function sayTooLate(response: ServerResponse, releaseId: string | null): void {
  say(response, 504, releaseHeader(releaseId));
}

function releaseHeader(releaseId: string | null): Record<string, string> {
  return releaseId === null ? {} : { 'x-fairway-release': releaseId };
}

function say(response: ServerResponse, status: keyof typeof pages, headers: Readonly<Record<string, string>>): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
    // What the client still sends of its request is read by nobody.
    connection: 'close',
    ...headers,
  });
  response.end(pages[status].text);
}

/** The same for a client that wanted to upgrade: its connection is a bare socket by then. */
export function sayOnSocket(socket: Duplex, status: keyof typeof pages): void {
  const { reason, text } = pages[status];
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-length: ${text.length}\r\n` +
      `connection: close\r\n\r\n${text}`,
  );
}
