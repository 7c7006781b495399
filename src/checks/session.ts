import type { CookieJar } from '../domain/smoke/cookies.ts';
import { cookieHeader, keepCookies } from '../domain/smoke/cookies.ts';
import type { Http, HttpResponse } from '../ports.ts';

export interface SessionRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Page {
  /** Where it was found in the end. */
  readonly url: string;
  readonly response: HttpResponse;
}

const maxRedirects = 10;

/** A visitor with a jar of cookies, who follows redirects within one origin as a browser does. */
export function openSession(
  origin: string,
  { timeoutMs, headers }: { readonly timeoutMs: number; readonly headers: Readonly<Record<string, string>> },
  http: Http,
) {
  let jar: CookieJar = new Map();

  async function once(url: string, request: SessionRequest): Promise<HttpResponse> {
    const { method = 'GET', body } = request;
    const response = await http.request({
      method,
      url,
      headers: { ...headers, ...request.headers, ...cookieHeader(jar) },
      timeoutMs,
      ...(body === undefined ? {} : { body }),
    });
    jar = keepCookies(jar, response.headers['set-cookie']);
    return response;
  }

  /** Throws an Error when a redirect leads away, or never ends. */
  return async (path: string, request: SessionRequest = {}): Promise<Page> => {
    let url = new URL(path, origin).href;
    let response = await once(url, request);
    for (let hop = 0; [301, 302, 303, 307, 308].includes(response.status); hop += 1) {
      const { location } = response.headers;
      if (location === undefined || !URL.canParse(location, url)) throw new Error(`${url}: redirected to nowhere`);
      if (hop === maxRedirects) throw new Error(`${path}: more than ${maxRedirects} redirects`);
      const next = new URL(location, url);
      if (next.origin !== new URL(origin).origin) throw new Error(`${path}: leads away, to ${next.origin}`);
      const keeps = response.status === 307 || response.status === 308;
      url = next.href;
      response = await once(url, keeps ? request : {});
    }
    return { url, response };
  };
}
