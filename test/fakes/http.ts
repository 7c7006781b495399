import type { Http, HttpRequest, HttpResponse } from '../../src/ports.ts';

/** What a server answers; `afterMs` later than the deadline is a timeout, null a refused connection. */
export type FakeAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly afterMs?: number;
} | null;

export interface FakeHttp extends Http {
  readonly requests: readonly HttpRequest[];
}

/** A network on which one function answers every request. */
export function fakeHttp(answer: (request: HttpRequest) => FakeAnswer | Promise<FakeAnswer>): FakeHttp {
  const requests: HttpRequest[] = [];
  return {
    requests,
    async request(request): Promise<HttpResponse> {
      const url = URL.canParse(request.url) ? new URL(request.url) : null;
      if (url === null || !/^https?:$/.test(url.protocol))
        throw new Error(`not an http or https address: ${request.url}`);
      requests.push(request);
      const answered = await answer(request);
      if (answered === null) throw new Error(`${url.host}: nothing listens there (connection refused)`);
      const durationMs = answered.afterMs ?? 1;
      if (durationMs > request.timeoutMs)
        throw new Error(`${url.host}: no whole answer within ${request.timeoutMs} ms`);
      const bytes = new TextEncoder().encode(request.method === 'HEAD' ? '' : (answered.body ?? ''));
      const body = new TextDecoder().decode(bytes.slice(0, request.maxBodyBytes ?? 5 * 1024 * 1024));
      const headers = Object.entries(answered.headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
      return { status: answered.status, headers: Object.fromEntries(headers), body, durationMs };
    },
  };
}
