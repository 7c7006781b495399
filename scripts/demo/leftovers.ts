import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface Leftover {
  readonly pid: number;
  readonly command: string;
}

/**
 * The processes that belong to a scratch folder: they name it in their command line, or work inside it.
 *
 * Its random name makes them ours beyond doubt; the agent, the proxy, databases and releases all do one or the other.
 */
export function leftovers(directory: string): readonly Leftover[] {
  const all = process.platform === 'linux' ? fromProc() : fromPs();
  return all
    .filter(
      ({ pid, command, cwd }) => pid !== process.pid && (command.includes(directory) || cwd.startsWith(directory)),
    )
    .map(({ pid, command }) => ({ pid, command }));
}

/** The last resort when `fairway down` did not do it; answers what it had to end. */
export function endLeftovers(directory: string): readonly Leftover[] {
  const found = leftovers(directory);
  for (const { pid } of found) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return found;
}

interface Seen extends Leftover {
  readonly cwd: string;
}

function fromProc(): readonly Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return [{ pid: Number(name), command, cwd: readlinkSync(`/proc/${name}/cwd`) }];
      } catch {
        return []; // Gone meanwhile, or somebody else's.
      }
    });
}

function fromPs(): readonly Seen[] {
  return execFileSync('ps', ['-ww', '-A', '-o', 'pid=,args='], { encoding: 'utf8', maxBuffer: 64 << 20 })
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map((match) => ({ pid: Number(match[1]), command: match[2] ?? '', cwd: '' }));
}
