import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FinalDocument } from '../../../src/domain/report/final-document.ts';
import { run as runNode, source } from '../cli/fairway.ts';
import { ask } from '../proxies/client.ts';
import type { TestEngine } from './engine.ts';

const run = promisify(execFile);

export interface Shipped {
  readonly exitCode: number | null;
  readonly document: FinalDocument;
}

/** A scratch repository with one small server and its Dockerfile. */
export interface Tiny {
  readonly directory: string;
  write(name: string, text: string): Promise<void>;
  commit(message: string, server: string): Promise<void>;
  git(...args: readonly string[]): Promise<string>;
  fairway(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    other?: string,
    meanwhile?: (child: ChildProcess) => void,
  ): Promise<Shipped>;
  close(): Promise<void>;
}

export const goodServer = (text: string): string => `
  const server = require('node:http').createServer((request, response) => response.end(${JSON.stringify(text)}));
  server.listen(process.env.PORT, process.env.HOST);
  process.on('SIGTERM', () => server.close(() => process.exit(0)));`;

/** What every configuration of it begins with; target and proxy come after. */
export const common = `
app: tiny
test: { run: node --check server.js }
processes:
  web: { command: node server.js, traffic: true, ready: { path: /, timeout: 4s }, stopGrace: 3s, maxRestarts: 0 }
smoke: { checks: [{ type: http, name: home, path: / }] }
deploy: { steps: [50, 100], hold: 300ms, drain: 2s }
`;

/** Shipped to `engine` unless the configuration names another one; by our sources, or by the bundle given. */
export async function openTiny(
  engine: TestEngine,
  configuration: string,
  server: string,
  program: string = source,
): Promise<Tiny> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway ship '));
  const git: Tiny['git'] = async (...args) => (await run('git', args, { cwd: directory })).stdout.trim();
  const write: Tiny['write'] = async (name, text) => await writeFile(join(directory, name), text);
  const commit: Tiny['commit'] = async (message, text) => {
    await write('server.js', text);
    await git('add', '--all');
    await git('commit', '--quiet', '--message', message);
  };
  await git('init', '--quiet', '--initial-branch', 'main');
  await git('config', 'user.name', 'Tiny');
  await git('config', 'user.email', 'tiny@app.example');
  await write('.gitignore', 'state*\nconfig\n.cache\n.npm\n');
  await write('fairway.yml', configuration);
  await write('Dockerfile', 'ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nWORKDIR /app\nCOPY server.js .\n');
  await commit('feat: a page', server);
  return {
    directory,
    git,
    write,
    commit,
    async fairway(args, more = {}, other = program, meanwhile = () => {}) {
      const env = {
        DOCKER_HOST: engine.host,
        DOCKER_CONFIG: join(directory, 'config'),
        BASE_IMAGE: await engine.base(),
      };
      const { code, stdout, stderr } = await runNode(other, [...args, '--json'], {
        cwd: directory,
        timeoutMs: 90_000,
        meanwhile,
        env: { ...env, ...more },
      });
      if (stdout === '') throw new Error(stderr);
      return { exitCode: code, document: JSON.parse(stdout) as FinalDocument };
    },
    close: async () => await rm(directory, { recursive: true, force: true }),
  };
}

export const pageOn = async (port: number): Promise<string> => (await ask(`http://127.0.0.1:${port}/`)).body.toString();
