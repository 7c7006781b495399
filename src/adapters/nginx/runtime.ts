import { execFile } from 'node:child_process';
import { open, readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { readAccessLine } from '../../domain/traffic/access-line.ts';
import type { Tally } from '../../domain/traffic/tally.ts';
import { countEnd, emptyTally } from '../../domain/traffic/tally.ts';
import { locateProgram } from '../haproxy/locate.ts';

const testTimeoutMs = 5_000;

interface Read {
  offset: number;
  rest: string;
  readonly tallies: Map<string, Tally>;
}

/** nginx as its plug-in uses it; one per process, so that a log is read once. */
export function nginxRuntime(path: string) {
  const logs = new Map<string, Read>();
  return {
    locate: async (program: string): Promise<string | null> => await locateProgram(program, path),
    fault: async (program: string, folder: string): Promise<string | null> => {
      try {
        await promisify(execFile)(program, ['-t', '-q', '-p', folder, '-c', 'nginx.conf', '-e', 'error.log'], {
          timeout: testTimeoutMs,
          env: {},
        });
        return null;
      } catch (error) {
        return (error as { stderr?: string }).stderr ?? String(error);
      }
    },
    signal: (pid: number, signal: NodeJS.Signals): void => {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended meanwhile.
      }
    },
    workers: async (master: number) => {
      const found: { pid: number; isEnding: boolean }[] = [];
      for (const name of await readdir('/proc')) {
        if (!/^\d+$/.test(name)) continue;
        const [status, title] = [await textOf(`/proc/${name}/stat`), await textOf(`/proc/${name}/cmdline`)];
        const [state, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
        if (Number(parent) !== master || state === 'Z' || !title.startsWith('nginx: worker')) continue;
        found.push({ pid: Number(name), isEnding: title.includes('shutting down') });
      }
      return found;
    },
    connectionsTo: async (address: string): Promise<number> => {
      const [host = '', port = ''] = address.split(':');
      const bytes = host.split('.').toReversed();
      const hex = bytes.map((byte) => Number(byte).toString(16).padStart(2, '0')).join('');
      const remote = `${hex}:${Number(port).toString(16).padStart(4, '0')}`.toUpperCase();
      const lines = (await textOf('/proc/net/tcp')).split('\n').map((line) => line.trim().split(/\s+/));
      return lines.filter(([, , to, state]) => to === remote && state === '01').length;
    },
    tallies: async (logFile: string): Promise<ReadonlyMap<string, Tally>> => {
      const log = logs.get(logFile) ?? { offset: 0, rest: '', tallies: new Map<string, Tally>() };
      logs.set(logFile, log);
      await readOn(logFile, log);
      return log.tallies;
    },
  };
}

async function readOn(logFile: string, log: Read): Promise<void> {
  const file = await open(logFile, 'r');
  try {
    const { size } = await file.stat();
    if (size < log.offset) [log.offset, log.rest] = [0, ''];
    const buffer = Buffer.alloc(size - log.offset);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, log.offset);
    log.offset += bytesRead;
    const lines = `${log.rest}${buffer.toString('utf8', 0, bytesRead)}`.split('\n');
    log.rest = lines.pop() ?? '';
    for (const line of lines) count(line, log.tallies);
  } finally {
    await file.close();
  }
}

function count(line: string, tallies: Map<string, Tally>): void {
  const seen = readAccessLine(line);
  if (seen === null) return;
  const tally = tallies.get(seen.releaseId) ?? emptyTally();
  tallies.set(seen.releaseId, tally);
  countEnd(tally, seen);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
