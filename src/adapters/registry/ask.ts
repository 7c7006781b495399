import { challengeOf, type Place } from '../../domain/image/reference.ts';
import { EnvironmentError } from '../../errors.ts';
import type { Clock, Http, HttpResponse } from '../../ports.ts';
import type { Login } from './credentials.ts';

export interface Question {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST';
  /** Below the name of the repository (`/manifests/1.0`), or a whole address that the registry gave. */
  readonly path: string;
  readonly accept?: string;
  readonly body?: { readonly type: string; readonly text: string };
  /** Answers besides 2xx that mean something to whoever asks. */
  readonly alsoFine?: readonly number[];
}

export interface AskPorts {
  readonly http: Http;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly login: (host: string) => Promise<Login | null>;
}

const timeoutMs = 60_000;
const mostBytes = 64 * 1024 * 1024;
const attempts = 4;
/** What a registry may ask for; longer waits are left to the next run. */
const longestWaitMs = 60_000;

/** Ask a registry about one repository: logged in when it asks for that, patiently, and never for ever. */
export function askingRegistry(place: Place, ports: AskPorts): (question: Question) => Promise<HttpResponse> {
  const { host, scheme, name } = place;
  const base = `${scheme}://${host}`;
  let authorization: string | null = null;

  async function once(question: Question): Promise<HttpResponse> {
    const { path, method, accept, body } = question;
    const url = /^https?:/.test(path) ? path : path.startsWith('/v2/') ? `${base}${path}` : `${base}/v2/${name}${path}`;
    // What is given out for one host is shown to no other.
    const mayShow = new URL(url).host === new URL(base).host;
    return await ports.http.request({
      method,
      url,
      timeoutMs,
      maxBodyBytes: mostBytes,
      headers: {
        ...(accept === undefined ? {} : { accept }),
        ...(body === undefined ? {} : { 'content-type': body.type }),
        ...(authorization === null || !mayShow ? {} : { authorization }),
      },
      ...(body === undefined ? {} : { body: body.text }),
    });
  }

  async function loggedIn(question: Question): Promise<HttpResponse> {
    const first = await once(question);
    if (first.status !== 401) return first;
    authorization = await authorize(first.headers['www-authenticate'] ?? '', question, place, ports);
    return authorization === null ? first : await once(question);
  }

  return async (question) => {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await loggedIn(question).catch((error: unknown) => error as Error);
      if (answer instanceof EnvironmentError) throw answer;
      const waitMs = waitFor(answer, attempt);
      if (waitMs === null || attempt >= attempts) return judged(answer, question, place);
      await ports.clock.sleep(waitMs);
    }
  };
}

/** Everything here is named by its content, so that asking again does no harm. */
function waitFor(answer: HttpResponse | Error, attempt: number): number | null {
  const backoffMs = 250 * 2 ** attempt;
  if (answer instanceof Error) return backoffMs;
  if (answer.status !== 429 && answer.status < 500) return null;
  const seconds = Number(answer.headers['retry-after'] ?? Number.NaN);
  const waitMs = Number.isFinite(seconds) ? seconds * 1_000 : backoffMs;
  return waitMs <= longestWaitMs ? waitMs : null;
}

function judged(
  answer: HttpResponse | Error,
  { method, path, alsoFine }: Question,
  { host, name }: Place,
): HttpResponse {
  const facts = { registry: host, repository: name, request: `${method} ${path.split('?')[0] ?? ''}` };
  if (answer instanceof Error) {
    throw new EnvironmentError('REGISTRY_UNAVAILABLE', `the registry ${host} does not answer: ${answer.message}`, {
      hint: 'See that it can be reached, then run the same command again: it does what is missing.',
      cause: answer,
      facts,
    });
  }
  const { status, headers } = answer;
  if ((status >= 200 && status < 300) || alsoFine?.includes(status) === true) return answer;
  const said = messageOf(answer.body);
  const more = { facts: { ...facts, status } };
  if (status === 429) {
    const wait = headers['retry-after'];
    throw new EnvironmentError(
      'REGISTRY_LIMITED',
      `the registry ${host} limits requests${wait === undefined ? '' : ` and asks to wait ${wait} s`}${said}`,
      {
        hint: 'Run the same command again later: it goes on where it stopped. A login often has a higher limit.',
        ...more,
      },
    );
  }
  if (status === 401 || status === 403) {
    throw new EnvironmentError(
      'REGISTRY_DENIED',
      `the registry ${host} does not let us do this in ${name} (${status})${said}`,
      {
        hint: 'Log in with "docker login", or correct build.registry.user and build.registry.password.',
        ...more,
      },
    );
  }
  if (status >= 500) {
    throw new EnvironmentError('REGISTRY_UNAVAILABLE', `the registry ${host} answers with ${status}${said}`, {
      hint: 'Run the same command again: it does what is missing.',
      ...more,
    });
  }
  throw new EnvironmentError(
    'REGISTRY_REFUSED',
    `the registry ${host} refuses ${facts.request} in ${name} (${status})${said}`,
    more,
  );
}

function messageOf(body: string): string {
  const [, message] = /"message"\s*:\s*"((?:[^"\\]|\\.){1,300})"/.exec(body) ?? [];
  return message === undefined ? '' : `: ${message}`;
}

/** What to send from now on; null when nobody is logged in. Throws EnvironmentError `REGISTRY_DENIED`. */
async function authorize(header: string, { method }: Question, place: Place, ports: AskPorts): Promise<string | null> {
  const { scheme, of } = challengeOf(header);
  const login = await ports.login(place.host);
  const basic = login === null ? null : `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`;
  if (scheme !== 'bearer') return basic;
  const realm = URL.canParse(of['realm'] ?? '') ? new URL(of['realm'] ?? '') : null;
  if (realm === null) return null;
  const wanted = method === 'GET' || method === 'HEAD' ? 'pull' : 'pull,push';
  if (of['service'] !== undefined) realm.searchParams.set('service', of['service']);
  realm.searchParams.set('scope', of['scope'] ?? `repository:${place.name}:${wanted}`);
  const headers = basic === null ? {} : { authorization: basic };
  const answer = await ports.http.request({ method: 'GET', url: realm.href, timeoutMs, headers });
  if (answer.status !== 200) return null;
  const { token, access_token: other } = JSON.parse(answer.body) as { token?: string; access_token?: string };
  const given = token ?? other;
  return given === undefined ? null : `Bearer ${given}`;
}
