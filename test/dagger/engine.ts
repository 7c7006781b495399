import { existsSync } from 'node:fs';
import { type Client, connect, type Container } from '@dagger.io/dagger';
import { openTestRegistry } from '../integration/docker/registry.ts';

/** A real engine, for as long as a file of tests runs. */
export interface RealEngine {
  readonly client: Client;
  /** Node 24, git and a shell; and where the engine finds the same by name. */
  readonly base: { readonly container: Container; readonly reference: string };
  readonly postgres: Container;
  /** `localhost:PORT`: takes what is pushed, without a login. */
  readonly registry: string;
  /** Run a chain of calls and answer its leaf; functions of our module are among them. */
  ask<T = string>(...chain: readonly Call[]): Promise<T>;
  close(): Promise<void>;
}

export type Call = string | readonly [name: string, args: Readonly<Record<string, unknown>>];

const defaults = {
  base: 'node:24.15.0-bookworm@sha256:33cf7f057918860b043c307751ef621d74ac96f875b79b6724dcebf2dfd0db6d',
  postgres: 'postgres:18',
} as const;

export async function openRealEngine(): Promise<RealEngine> {
  const opened = Promise.withResolvers<Client>();
  const closing = Promise.withResolvers<void>();
  const session = connect(async (client) => {
    opened.resolve(client);
    await closing.promise;
  });
  session.catch(opened.reject);
  const client = await opened.promise;
  const server = await openTestRegistry();
  const registry = server.address.replace('127.0.0.1', 'localhost');
  const base = process.env['FAIRWAY_TEST_BASE_IMAGE'] ?? defaults.base;
  const container = imageOf(client, base);
  // By name, too: a Dockerfile begins with one.
  const reference = existsSync(base) ? await container.publish(`${registry}/base:1`) : base;
  return {
    client,
    base: { container, reference },
    postgres: imageOf(client, process.env['FAIRWAY_TEST_POSTGRES_IMAGE'] ?? defaults.postgres),
    registry,
    ask: async (...chain) => await ask(client, chain),
    async close() {
      await server.close();
      closing.resolve();
      await session;
    },
  };
}

function imageOf(client: Client, image: string): Container {
  const empty = client.container();
  return existsSync(image) ? empty.import_(client.host().file(image)) : empty.from(image);
}

async function ask<T>(client: Client, chain: readonly Call[]): Promise<T> {
  const query = chain.reduceRight<string>((inner, call) => `{ ${callText(call)} ${inner} }`, '');
  let answer: unknown = await client.getGQLClient().request(query);
  for (const call of chain) {
    const name = typeof call === 'string' ? call : call[0];
    answer = (answer as Readonly<Record<string, unknown>>)[name];
  }
  return answer as T;
}

function callText(call: Call): string {
  if (typeof call === 'string') return call;
  const [name, args] = call;
  const texts = Object.entries(args).map(([key, value]) => `${key}: ${JSON.stringify(value)}`);
  return texts.length === 0 ? name : `${name}(${texts.join(', ')})`;
}
