import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeClock } from '../../../src/adapters/node/clock.ts';
import { nodeHttp } from '../../../src/adapters/node/http.ts';
import { checkSchema } from '../../../src/checks/index.ts';
import { runChecks } from '../../../src/checks/run.ts';
import { fakeSecrets } from '../../fakes/secrets.ts';
import type { RunningServer } from './servers.ts';
import { bodyOf, httpServer } from './servers.ts';

let server: RunningServer;
const files = new Map<string, string>();
let losesBytes = false;

/** An application with a login that wants its cookie, its token and the right password, and with a store of files. */
async function app(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const cookie = request.headers.cookie ?? '';
  const { pathname } = new URL(request.url ?? '/', 'http://any');
  if (pathname === '/login' && request.method === 'GET') {
    response.setHeader('set-cookie', [
      'visit=v1; Path=/; HttpOnly',
      'theme=dark; Expires=Wed, 21 Oct 2099 07:28:00 GMT',
    ]);
    return void response.end(
      '<form action="/search"><input name=q></form><form method=post action="/session">' +
        '<input type=hidden name=_csrf value="t&amp;1"><input name=user><input name=password type=password>' +
        '<button name=go value=1>go</button></form>',
    );
  }
  if (pathname === '/session') {
    const form = new URLSearchParams(await bodyOf(request));
    const isGood = cookie.includes('visit=v1') && form.get('_csrf') === 't&1' && form.get('password') === 's3cret &';
    if (!isGood) return void response.writeHead(302, { location: '/login' }).end();
    return void response.writeHead(303, { location: '/account', 'set-cookie': 'session=s1; Path=/' }).end();
  }
  if (pathname === '/account') {
    const isIn = cookie.includes('session=s1') && cookie.includes('theme=dark');
    return void response.writeHead(isIn ? 200 : 401).end(isIn ? 'Welcome, ada' : 'who are you?');
  }
  if (pathname === '/files' && request.method === 'POST') {
    const body = await bodyOf(request);
    const part = /filename="[^"]*"\r\n[^\r]*\r\n\r\n([\s\S]*)\r\n--/.exec(body)?.[1] ?? body;
    files.set('/files/1', losesBytes ? part.slice(1) : part);
    return void response.writeHead(201, { location: '/files/1' }).end('{"file":{"url":"/files/1"}}');
  }
  if (request.method === 'DELETE') files.delete(pathname);
  const found = files.get(pathname);
  return void response.writeHead(found === undefined ? 404 : 200).end(found);
}

beforeEach(async () => {
  files.clear();
  losesBytes = false;
  server = await httpServer((request, response) => void app(request, response));
});
afterEach(async () => await server.close());

async function look(config: object, secrets: Record<string, string> | null = { 'env:PASSWORD': 's3cret &' }) {
  const spec = checkSchema.parse({ retry: { for: '0s' }, ...config });
  const ports = {
    http: nodeHttp(),
    clock: nodeClock(),
    ...(secrets === null ? {} : { secrets: fakeSecrets(secrets) }),
  };
  const report = await runChecks([spec], { baseUrl: `http://127.0.0.1:${server.port}` }, { deadlineMs: 20_000 }, ports);
  const [result] = report.checks;
  if (result === undefined) throw new Error('no result');
  return { verdict: report.verdict, told: result.kind === 'pass' ? 'pass' : `${result.kind}: ${result.reason}` };
}

const login = {
  type: 'login',
  fields: { user: 'ada' },
  secretFields: { password: 'env:PASSWORD' },
  expect: { contains: 'Welcome, ada' },
};

test('login: the form is found, its token and the cookies go with it, and members see their page', async () => {
  expect((await look(login)).told).toBe('pass');
});

test('login: a wrong password is told as what the user would see', async () => {
  expect((await look(login, { 'env:PASSWORD': 'wrong' })).told).toBe(
    'fail: /login lacks "Welcome, ada" after the login',
  );
});

test('login: a page without such a form fails', async () => {
  expect((await look({ ...login, fields: { email: 'ada' } })).told).toBe(
    'fail: /login has no form with the fields email, password',
  );
});

test('login: where no secret is known it is reported, decides nothing, and says who looks', async () => {
  expect(await look(login, null)).toEqual({
    verdict: 'pass',
    told: 'inconclusive: needs secrets: the client looks at it',
  });
});

test.each([
  ['as the whole body', { download: { header: 'Location' } }],
  ['as a field of a form', { field: 'file', download: { json: '$.file.url' } }],
  ['to a known path', { download: '/files/1', bytes: 200_000 }],
])('upload: a file comes back as it was sent, %s', async (_how, config) => {
  expect((await look({ type: 'upload', path: '/files', ...config })).told).toBe('pass');
  expect(files.size).toBe(1);
});

test('upload: the file is deleted afterwards when that is asked for', async () => {
  expect((await look({ type: 'upload', path: '/files', download: '/files/1', cleanUp: true })).told).toBe('pass');
  expect(files.size).toBe(0);
});

test('upload: a file that lost a byte fails', async () => {
  losesBytes = true;

  expect((await look({ type: 'upload', path: '/files', download: '/files/1', bytes: 1_000 })).told).toBe(
    'fail: 999 characters came back, not the 1000 that were sent',
  );
});
