import { expect, test } from 'vitest';
import type { Http, HttpRequest } from '../../../src/ports.ts';
import type { FakeAnswer } from '../http.ts';

export interface ServedHttp {
  readonly http: Http;
  /** Where `answer` is served; the request's `url` is the path in it. */
  readonly url: string;
  close(): Promise<void>;
}

/** What every HTTP client promises against a server that answers as it is told. */
export function httpContract(
  serve: (
    answer: (request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>) => FakeAnswer,
  ) => Promise<ServedHttp>,
): void {
  const once = async (answer: FakeAnswer, request: Partial<HttpRequest> = {}) => {
    const served = await serve(() => answer);
    try {
      return await served.http.request({ method: 'GET', url: `${served.url}/`, timeoutMs: 5_000, ...request });
    } finally {
      await served.close();
    }
  };

  test('an answer comes with status, lower-case headers and body', async () => {
    const response = await once({ status: 201, headers: { 'X-Release': '1.4.0' }, body: 'Grüße' });

    expect(response.status).toBe(201);
    expect(response.headers['x-release']).toBe('1.4.0');
    expect(response.body).toBe('Grüße');
    expect(response.durationMs).toBeGreaterThan(0);
  });

  test('a redirect is an answer and is not followed', async () => {
    const response = await once({ status: 302, headers: { location: '/elsewhere' }, body: '' });

    expect(response.status).toBe(302);
    expect(response.headers['location']).toBe('/elsewhere');
  });

  test('the body of a request arrives', async () => {
    const bodies: (string | undefined)[] = [];
    const served = await serve((request) => {
      bodies.push(request.body);
      return { status: 200 };
    });
    await served.http.request({ method: 'POST', url: `${served.url}/orders`, body: '{"né":1}', timeoutMs: 5_000 });
    await served.close();

    expect(bodies).toEqual(['{"né":1}']);
  });

  test('of a long body only so many bytes are read as were asked for', async () => {
    const response = await once({ status: 200, body: 'x'.repeat(100_000) }, { maxBodyBytes: 1_000 });

    expect(response.body).toBe('x'.repeat(1_000));
  });

  test('an answer that takes longer than the deadline is an error that says how long was waited', async () => {
    await expect(once({ status: 200, afterMs: 1_000 }, { timeoutMs: 100 })).rejects.toThrow(
      /no whole answer within 100 ms/,
    );
  });

  test('a refused connection is an error in plain words', async () => {
    const served = await serve(() => null);
    await served.close();

    await expect(served.http.request({ method: 'GET', url: `${served.url}/`, timeoutMs: 5_000 })).rejects.toThrow(
      /127\.0\.0\.1:\d+: nothing listens there \(connection refused\)/,
    );
  });

  test('an address that is no http address is refused before anything is sent', async () => {
    await expect(once({ status: 200 }, { url: 'ftp://127.0.0.1/' })).rejects.toThrow(/not an http or https address/);
  });
}
