import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from '../../ports.ts';
import { nodeFiles } from './files.ts';
import { endGroup, membersOf } from './process-group.ts';
import { identify, isAlive } from './process-table.ts';

/** Time for what a dead client left running to end by itself after SIGTERM. */
const graceMs = 2_000;

/** A command about to run: what it starts can be found and ended even when we are killed. */
export interface Watched {
  /** To be set in its environment, as `FAIRWAY_STARTED_BY`. */
  readonly mark: string;
  started(leader: ProcessIdentity): void;
  /** Nothing of it runs any more. */
  ended(): void;
}

/** Keeps note, in the state directory, of what this process started and must not leave behind. */
export interface Orphans {
  watch(program: string): Watched;
  /** A path for temporary files, not made yet; swept by the next command when we die before we remove it. */
  readonly scratch: (purpose: string) => string;
}

/** The variable that every command of ours carries, and so all that it starts. */
export const markVariable = 'FAIRWAY_STARTED_BY';

const owner = ownerName(identify(process.pid) ?? { pid: process.pid, startedAt: '0', bootId: '0' });
let count = 0;

export function nodeOrphans(stateDirectory: string): Orphans {
  const folder = join(stateDirectory, 'processes', owner);
  return {
    watch(program) {
      count += 1;
      const file = join(folder, `${count}.json`);
      const mark = `${owner}/${count}/`;
      // Before anything is started: who is killed before the note is written is known to have been at work.
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return {
        mark,
        started(leader) {
          mkdirSync(folder, { recursive: true, mode: 0o700 });
          writeFileSync(file, JSON.stringify({ leader, mark, program }), { mode: 0o600 });
        },
        ended() {
          rmSync(file, { force: true });
          removeEmpty(folder);
        },
      };
    },
    scratch(purpose) {
      count += 1;
      return join(stateDirectory, 'scratch', `${owner}.${count}-${purpose}`);
    },
  };
}

export interface Swept {
  readonly program: string;
  readonly pid: number;
}

/**
 * End what killed commands of ours left running, and remove their temporary files; answers what had to be ended.
 *
 * What belongs to a process that is alive stays. Several may sweep at once.
 */
export async function sweepOrphans(stateDirectory: string): Promise<readonly Swept[]> {
  const processes = join(stateDirectory, 'processes');
  const scratch = join(stateDirectory, 'scratch');
  const files = nodeFiles();
  const ended: Swept[] = [];
  for (const name of (await files.list(processes)).filter(isOfTheDead)) {
    ended.push(...(await endAllOf(name, join(processes, name))));
    await files.remove(join(processes, name));
  }
  for (const name of (await files.list(scratch)).filter(isOfTheDead)) await files.remove(join(scratch, name));
  return ended;
}

async function endAllOf(name: string, folder: string): Promise<readonly Swept[]> {
  const groups = readRecords(folder).map(({ leader, mark, program }) => ({
    program,
    group: { leader, mark: `${markVariable}=${mark}` },
  }));
  // What was killed between the start of a command and its note is known by its mark alone.
  const rest = { program: 'a command', group: { leader: null, mark: `${markVariable}=${name}/` } };
  const ended: Swept[] = [];
  for (const { program, group } of [...groups, rest]) {
    ended.push(...membersOf(group).map((pid) => ({ program, pid })));
    await endGroup(group, graceMs);
  }
  return ended;
}

interface OrphanRecord {
  readonly leader: ProcessIdentity;
  readonly mark: string;
  readonly program: string;
}

function readRecords(folder: string): readonly OrphanRecord[] {
  return readdirSync(folder).flatMap((file) => {
    try {
      return JSON.parse(readFileSync(join(folder, file), 'utf8')) as OrphanRecord;
    } catch {
      // Torn by the kill that it is about, or removed by another sweep.
      return [];
    }
  });
}

/** `<pid>-<start time>-<boot id>` */
function ownerName({ pid, startedAt, bootId }: ProcessIdentity): string {
  return `${pid}-${startedAt}-${bootId}`;
}

function isOfTheDead(name: string): boolean {
  const [, pid, startedAt, bootId] = /^(\d+)-(\d+)-([0-9A-Za-z-]+)/.exec(name) ?? [];
  if (pid === undefined || startedAt === undefined || bootId === undefined) return false;
  return !isAlive({ pid: Number(pid), startedAt, bootId });
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Other commands of ours still run.
  }
}
