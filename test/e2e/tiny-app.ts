import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { readDocument } from '../documents.ts';
import type { FinalDocument } from '../../src/domain/report/final-document.ts';

const run = promisify(execFile);
const cli = join(import.meta.dirname, '../../dist/cli.js');

/** A well-behaved server without dependencies. */
export const goodServer = `
import { createServer } from 'node:http';
const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain');
  response.end(request.url === '/health' ? 'well' : 'hello from ' + process.env.FAIRWAY_VERSION);
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

export interface Ended {
  readonly exitCode: number | null;
  readonly document: FinalDocument | null;
  readonly stderr: string;
}

/** A scratch repository with one small application, a state directory of its own, and the built command. */
export interface TinyApp {
  readonly directory: string;
  readonly state: string;
  readonly port: number;
  write(path: string, content: string): Promise<void>;
  git(...args: readonly string[]): Promise<string>;
  commit(message: string): Promise<void>;
  /** `--json` is added; `env` on top of ours. */
  fairway(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
  /** Start it and go on; `ended` tells how it went. */
  start(args: readonly string[]): {
    readonly pid: number;
    readonly ended: Promise<Ended>;
    shown(): string;
    kill(signal: NodeJS.Signals): void;
  };
  /** Stop what runs and remove everything. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** `config` is added to a configuration that runs `server.js`; a value of it may replace a section. */
export async function tinyApp(config: Readonly<Record<string, unknown>> = {}, server = goodServer): Promise<TinyApp> {
  const root = await mkdtemp(join(tmpdir(), 'fairway-e2e-'));
  const directory = join(root, 'the app');
  const state = join(root, 'state');
  const port = await freePort();
  await mkdir(directory);
  const env = {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: root,
    FAIRWAY_STATE_DIR: state,
    GIT_CONFIG_GLOBAL: join(root, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
  await writeFile(
    env.GIT_CONFIG_GLOBAL,
    '[user]\n\tname = Tiny\n\temail = tiny@app.example\n[init]\n\tdefaultBranch = main\n',
  );
  const start: TinyApp['start'] = (args) => begin(args, {});
  const begin = (args: readonly string[], more: Readonly<Record<string, string>>) => {
    const child = spawn(process.execPath, [cli, ...args, '--json'], {
      cwd: directory,
      env: { ...env, ...more },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
    const ended = closed.then((exitCode): Ended => ({
      exitCode,
      stderr,
      document: stdout === '' ? null : readDocument(stdout),
    }));
    // Whoever kills it may never ask for its end.
    ended.catch(() => {});
    return {
      pid: child.pid ?? 0,
      ended,
      shown: () => stderr,
      kill: (signal: NodeJS.Signals) => void child.kill(signal),
    };
  };
  const app: TinyApp = {
    directory,
    state,
    port,
    write: async (path, content) => {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content);
    },
    git: async (...args) => (await run('git', args, { cwd: directory, env, timeout: 30_000 })).stdout.trim(),
    commit: async (message) => {
      await app.git('add', '--all');
      await app.git('commit', '--quiet', '--message', message);
    },
    fairway: async (args, more = {}) => await begin(args, more).ended,
    start,
    [Symbol.asyncDispose]: async () => {
      await begin(['abort'], {}).ended;
      await begin(['down', '--yes'], {}).ended;
      await rm(root, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  const base = {
    app: 'tiny',
    processes: {
      web: { command: 'node server.js', traffic: true, ready: { path: '/health', timeout: '10s' }, stopGrace: '2s' },
    },
    target: { type: 'process' },
    proxy: { type: 'embedded', port },
    smoke: { checks: [{ type: 'http', path: '/health' }], deadline: '20s' },
    deploy: { steps: [50, 100], hold: '300ms', lease: '3s' },
  };
  await app.write('server.js', server);
  await app.write('package.json', '{ "name": "tiny", "version": "0.0.0", "type": "module", "private": true }\n');
  await app.write('fairway.json', JSON.stringify({ ...base, ...config }, null, 2));
  await app.git('init', '--quiet');
  await app.commit('feat: a tiny application');
  return app;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
