import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { EnvironmentError } from '../../errors.ts';
import type { ProcessIdentity } from '../../ports.ts';

/** One process as the system lists it. */
export interface ListedProcess {
  readonly pid: number;
  readonly group: number;
  /** Null where the system does not tell it. */
  readonly session: number | null;
  readonly startedAt: string;
  /** Dead, and not yet collected by its parent. */
  readonly isZombie: boolean;
}

/** What the system knows of its processes now. */
interface ProcessTable {
  readonly bootId: string;
  find(pid: number): ListedProcess | null;
  all(): readonly ListedProcess[];
  /** Whether a variable of its environment begins with this text; false where the system does not tell it. */
  carries(pid: number, mark: string): boolean;
}

/** On other systems whoever asks is told that nothing can be started there; what starts nothing works. */
export const processTable: ProcessTable =
  process.platform === 'linux' ? linux() : process.platform === 'darwin' ? darwin() : unknown(process.platform);

/** Throws EnvironmentError `PLATFORM_UNSUPPORTED` where nothing could be ended again. */
export function mustKnowProcesses(): void {
  if (!['linux', 'darwin'].includes(process.platform)) processTable.all();
}

/** What tells this process from every other one, also after a reboot; null when nothing has that pid. */
export function identify(pid: number): ProcessIdentity | null {
  const found = processTable.find(pid);
  return found === null ? null : { pid, startedAt: found.startedAt, bootId: processTable.bootId };
}

/** A process that ended, or a pid that means another one by now, is not alive. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== processTable.bootId) return false;
  const found = processTable.find(identity.pid);
  return found !== null && !found.isZombie && found.startedAt === identity.startedAt;
}

function linux(): ProcessTable {
  return {
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    find: (pid) => parseStat(pid, readProc(pid, 'stat')),
    all: () =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((name) => parseStat(Number(name), readProc(Number(name), 'stat')) ?? []),
    carries: (pid, mark) => `\0${readProc(pid, 'environ')}`.includes(`\0${mark}`),
  };
}

/** Empty when it is gone or not ours to look into. */
function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

/**
 * See proc(5): the name in brackets may hold anything, so fields count from its end; the 22nd is the start time.
 *
 * A leader that has ended is a zombie while other threads (the 20th field counts them all) still hold its sockets.
 */
export function parseStat(pid: number, stat: string): ListedProcess | null {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group, session] = fields;
  const startedAt = fields[19];
  if (startedAt === undefined) return null;
  const isZombie = state === 'X' || (state === 'Z' && Number(fields[17]) <= 1);
  return { pid, group: Number(group), session: Number(session), startedAt, isZombie };
}

/** macOS has no /proc: `ps` tells start times to the second, which together with the boot is enough for a pid. */
function darwin(): ProcessTable {
  return {
    bootId: output('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']).trim(),
    find: (pid) => psLines(['-p', String(pid)])[0] ?? null,
    all: () => psLines(['-ax']),
    carries: () => false,
  };
}

function unknown(platform: string): ProcessTable {
  const refuse = (): never => {
    throw new EnvironmentError(
      'PLATFORM_UNSUPPORTED',
      `Fairway starts no programs on ${platform}: it could not be sure to end them again.`,
      { hint: 'Run this on Linux or macOS. What starts none works here: check, commits, changelog, release, init.' },
    );
  };
  return { bootId: platform, find: refuse, all: refuse, carries: refuse };
}

function psLines(which: readonly string[]): readonly ListedProcess[] {
  const listed = output('/bin/ps', [...which, '-o', 'pid=,pgid=,stat=,lstart=']);
  return listed.split('\n').flatMap((line) => parsePsLine(line) ?? []);
}

/** `  412   412 Ss   Mon Nov 10 09:01:02 2025` in UTC; the start time becomes seconds since 1970. */
export function parsePsLine(line: string): ListedProcess | null {
  const [, pid, group, state, started] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.+?)\s*$/.exec(line) ?? [];
  if (pid === undefined || group === undefined || state === undefined || started === undefined) return null;
  const startedAt = String(Date.parse(`${started} UTC`) / 1_000);
  return { pid: Number(pid), group: Number(group), session: null, startedAt, isZombie: state.startsWith('Z') };
}

function output(program: string, args: readonly string[]): string {
  const env = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };
  return spawnSync(program, args, { encoding: 'utf8', timeout: 5_000, env }).stdout ?? '';
}
