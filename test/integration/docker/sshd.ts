import { execFile, spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nodePorts } from '../../../src/adapters/node/ports.ts';
import { eventually } from '../../fakes/running.ts';

const run = promisify(execFile);

export interface TestSshd {
  /** `ssh://root@127.0.0.1:PORT` */
  readonly url: string;
  /** First on PATH: an `ssh` that knows keys and host of this server, and nothing of the user's. */
  readonly programs: string;
  /** End every session, as a cut cable would; new ones are taken. Answers how many there were. */
  cut(): Promise<number>;
  close(): Promise<void>;
}

/** A real ssh server on the loopback interface, with keys of its own, on whose host `docker` means this engine. */
export async function openTestSshd(engine: string): Promise<TestSshd> {
  const directory = await mkdtemp(join(tmpdir(), 'fairway-sshd-'));
  const port = await nodePorts().free();
  const at = (name: string): string => join(directory, name);
  for (const name of ['host', 'user']) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)]);
  await writeFile(at('authorized'), await readFile(at('user.pub')), { mode: 0o600 });
  const known = `[127.0.0.1]:${port} ${(await readFile(at('host.pub'), 'utf8')).trim()}\n`;
  await writeFile(at('known'), known);
  const server = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: at('host'),
    AuthorizedKeysFile: at('authorized'),
    StrictModes: 'no',
    UsePAM: 'no',
    PidFile: 'none',
    PasswordAuthentication: 'no',
    PermitRootLogin: 'prohibit-password',
    MaxStartups: 100,
    SetEnv: `DOCKER_HOST=${engine}`,
  };
  await writeFile(at('sshd.conf'), lines(server));
  const client = {
    IdentityFile: at('user'),
    IdentitiesOnly: 'yes',
    UserKnownHostsFile: at('known'),
    LogLevel: 'ERROR',
  };
  await writeFile(at('ssh.conf'), lines(client));
  const programs = at('bin');
  await mkdir(programs);
  await writeFile(join(programs, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F '${at('ssh.conf')}' "$@"\n`);
  await chmod(join(programs, 'ssh'), 0o755);
  // Where the unprivileged part of the server lives.
  await mkdir('/run/sshd', { recursive: true });
  const daemon = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at('sshd.conf')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  await eventually(async () => (await nodePorts().isTaken(port)) || null);

  const cut = async (): Promise<number> => {
    const { stdout } = await run('ps', ['-o', 'pid=', '--ppid', String(daemon.pid)]).catch(() => ({ stdout: '' }));
    const sessions = stdout
      .split('\n')
      .map(Number)
      .filter((pid) => pid > 0);
    for (const pid of sessions) process.kill(pid, 'SIGKILL');
    return sessions.length;
  };
  return {
    url: `ssh://root@127.0.0.1:${port}`,
    programs,
    cut,
    async close() {
      await cut();
      daemon.kill();
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function lines(settings: Readonly<Record<string, string | number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}
