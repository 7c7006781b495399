import { request as plainRequest } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Http, HttpRequest, HttpResponse } from '../../ports.ts';

const defaultBodyBytes = 5 * 1024 * 1024;

/** HTTP with a connection of its own per request, so that nothing keeps the process open afterwards. */
export function nodeHttp(): Http {
  return {
    async request(wanted) {
      const url = parse(wanted.url);
      const begin = performance.now();
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), wanted.timeoutMs);
      try {
        return await exchange(wanted, url, begin, deadline.signal);
      } catch (error) {
        throw plainError(error, url, deadline.signal.aborted ? wanted.timeoutMs : null);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function parse(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) throw new Error(`not an http or https address: ${text}`);
  return url;
}

async function exchange(wanted: HttpRequest, url: URL, begin: number, signal: AbortSignal): Promise<HttpResponse> {
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  const headers = { 'accept-encoding': 'identity', 'user-agent': 'fairway', ...lowerCased(wanted.headers) };
  const length = wanted.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(wanted.body)) };
  const request = send(url, { method: wanted.method, agent: false, signal, headers: { ...length, ...headers } });
  try {
    const response = await answerOf(request, wanted.body);
    const body = await bodyOf(response, wanted.maxBodyBytes ?? defaultBodyBytes);
    return {
      status: response.statusCode ?? 0,
      headers: flat(response.headers),
      body,
      durationMs: performance.now() - begin,
    };
  } finally {
    request.destroy();
  }
}

async function answerOf(request: ClientRequest, body: string | undefined): Promise<IncomingMessage> {
  return await new Promise((resolve, reject) => {
    // Stays for good: an error after the answer (a cut body) arrives here too and must not end the process.
    request.on('error', reject);
    request.once('response', resolve);
    request.end(body);
  });
}

async function bodyOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, maxBytes - bytes));
    bytes += chunk.length;
    if (bytes >= maxBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function lowerCased(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
  const pairs = Object.entries(headers).filter((pair): pair is [string, string | string[]] => pair[1] !== undefined);
  return Object.fromEntries(pairs.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  ECONNRESET: 'the connection was cut before the whole answer came',
  EPIPE: 'the connection was cut before the request was sent',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be resolved',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  CERT_HAS_EXPIRED: 'its certificate has expired',
};

function plainError(error: unknown, url: URL, passedMs: number | null): Error {
  if (passedMs !== null) return new Error(`${url.host}: no whole answer within ${passedMs} ms`, { cause: error });
  const { code, message } = rootOf(error);
  return new Error(`${url.host}: ${sentences[code] ?? message}`, { cause: error });
}

/** A host with several addresses fails with all their errors in one; the first tells enough. */
function rootOf(error: unknown): { code: string; message: string } {
  const first: unknown = error instanceof AggregateError && error.errors.length > 0 ? error.errors[0] : error;
  const { code, message } = first as NodeJS.ErrnoException;
  return { code: code ?? '', message };
}
