import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Exchange } from './openapi.ts';

export interface Recorder {
  readonly url: string;
  readonly exchanges: readonly Exchange[];
  close(): Promise<void>;
}

/** Stands before a server of JSON, passes everything on, and keeps what was said. */
export async function startRecorder(target: string): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const sent = Buffer.concat(chunks);
      const { host: _, connection: _c, 'content-length': _l, ...headers } = request.headers;
      const answer = await fetch(target + (request.url ?? '/'), {
        method: request.method ?? 'GET',
        headers: headers as Record<string, string>,
        redirect: 'manual',
        ...(sent.length === 0 ? {} : { body: sent }),
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      const isJson = answer.headers.get('content-type')?.includes('json') === true;
      exchanges.push({
        method: request.method ?? '',
        url: request.url ?? '',
        sent: request.headers['content-type']?.includes('json') === true ? parsed(sent) : null,
        status: answer.status,
        answered: isJson ? parsed(bytes) : undefined,
      });
      const type = answer.headers.get('content-type');
      response.writeHead(answer.status, type === null ? {} : { 'content-type': type });
      // What it links to goes through us as well.
      response.end(isJson ? bytes.toString().replaceAll(target, url) : bytes);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    exchanges,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const parsed = (bytes: Buffer): unknown => (bytes.length === 0 ? null : JSON.parse(bytes.toString('utf8')));
