import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the session answers to a query: a value for its leaf, an exec that failed, a refusal in words, or nothing. */
export type Answer =
  | 'silence'
  | 'cut'
  | { readonly value: unknown }
  | { readonly exec: FailedExec }
  | { readonly message: string };

export interface FailedExec {
  readonly cmd: readonly string[];
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Session {
  readonly port: number;
  readonly token: string;
  /** Every query in the order of its coming, but for the question for the version. */
  readonly queries: readonly string[];
  /** Requests whose token was not ours. */
  readonly refused: () => number;
  close(): Promise<void>;
}

/**
 * A server that speaks an engine's session: the real SDK asks it, it keeps the query and says what `answer` says.
 *
 * A leaf without an answer of its own gets an id, as an engine hands them out.
 */
export async function openSession(
  answer: (query: string) => Answer | null = () => null,
  version = 'v0.21.8',
): Promise<Session> {
  const token = 'token-of-the-session';
  const expected = `Basic ${Buffer.from(`${token}:`).toString('base64')}`;
  const queries: string[] = [];
  let refused = 0;
  const server = createServer((request, response) => {
    void (async () => {
      const isOurs =
        request.method === 'POST' && request.url === '/query' && request.headers.authorization === expected;
      if (!isOurs) refused += 1;
      const { query } = JSON.parse(await bodyOf(request)) as { query: string };
      const isVersion = /^\s*(query\s*)?\{\s*version\s*\}\s*$/.test(query);
      if (isOurs && !isVersion) queries.push(onOneLine(query));
      const given = isVersion ? { value: version } : (answer(query) ?? { value: `id-${queries.length}` });
      if (given === 'silence') return;
      if (given === 'cut') return void request.socket.destroy();
      response.writeHead(isOurs ? 200 : 401, { 'content-type': 'application/json' });
      response.end(JSON.stringify(isOurs ? answerBody(query, given) : { errors: [{ message: 'unauthorized' }] }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    token,
    queries,
    refused: () => refused,
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answerBody(query: string, answer: Exclude<Answer, string>): unknown {
  if ('value' in answer)
    return { data: pathOf(query).reduceRight((inner, field) => ({ [field]: inner }), answer.value) };
  if ('message' in answer) return { data: null, errors: [{ message: answer.message, path: pathOf(query) }] };
  const { exec } = answer;
  const message = `exit code: ${exec.exitCode}`;
  return { data: null, errors: [{ message, path: pathOf(query), extensions: { _type: 'EXEC_ERROR', ...exec } }] };
}

function onOneLine(query: string): string {
  return query.replaceAll(/\s+/g, ' ').trim();
}

/** The fields from the outermost to the leaf; a query of the SDK selects one at each level. */
function pathOf(query: string): readonly string[] {
  const withoutTexts = query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""');
  const withoutArguments = withoutTexts.replaceAll(/\([^()]*\)|\.\.\. *on +\w+/g, '');
  return [...withoutArguments.matchAll(/[A-Za-z_][A-Za-z0-9_]*/g)].map(([name]) => name).filter((n) => n !== 'query');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
