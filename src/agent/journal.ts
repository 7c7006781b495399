import { EnvironmentError } from '../errors.ts';
import type { Clock, Files } from '../ports.ts';
import { applyRecord, emptyLedger } from './ledger.ts';
import type { Fact, JournalRecord } from './fact.ts';
import type { Ledger } from './ledger.ts';

/** The memory of one application and environment on disk: JSON lines, each on disk before what it announces. */
export interface Journal {
  /** What all records together say. */
  readonly ledger: () => Ledger;
  /** Lines since the last rotation. */
  readonly length: () => number;
  /** On disk, and in the ledger, when it resolves; one after another. */
  append(fact: Fact): Promise<JournalRecord>;
  /** Move what is finished to `history/<name>.jsonl` and begin again with a snapshot. */
  rotate(name: string): Promise<void>;
}

const keptHistories = 200;

/**
 * Open a journal, or begin one.
 *
 * A last line that was torn by a crash is cut off: what it announced was not begun. Throws EnvironmentError
 * `JOURNAL_CORRUPT` with file and line for anything else that cannot be read.
 */
export async function openJournal(
  directory: string,
  ports: { readonly files: Files; readonly clock: Clock },
): Promise<Journal> {
  const { files, clock } = ports;
  const path = `${directory}/journal.jsonl`;
  const text = (await files.exists(path)) ? await files.readText(path) : '';
  const { lines, records, isTorn } = readLines(text, path);
  let ledger = records.reduce(applyRecord, emptyLedger);
  let n = records.at(-1)?.n ?? 0;
  let held = [...lines];
  /** The file may end in a torn line: write it anew before the next one. */
  let needsRewrite = isTorn;
  let queue: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };

  const appendNow = async (fact: Fact): Promise<JournalRecord> => {
    const record: JournalRecord = { n: n + 1, at: clock.now().toISOString(), ...fact };
    const line = JSON.stringify(record);
    try {
      if (needsRewrite) await files.writeAtomic(path, [...held, line].map((each) => `${each}\n`).join(''), 0o600);
      else await files.appendDurable(path, `${line}\n`);
    } catch (error) {
      needsRewrite = true;
      throw new EnvironmentError('JOURNAL_NOT_WRITTEN', `${path} cannot be written: ${(error as Error).message}`, {
        hint: 'Make room on that disk; the agent goes on by itself.',
        cause: error,
      });
    }
    needsRewrite = false;
    held.push(line);
    n = record.n;
    ledger = applyRecord(ledger, record);
    return record;
  };

  return {
    ledger: () => ledger,
    length: () => held.length,
    append: (fact) => inTurn(() => appendNow(fact)),
    rotate: (name) =>
      inTurn(async () => {
        await files.appendDurable(`${directory}/history/${name}.jsonl`, held.map((line) => `${line}\n`).join(''));
        const snapshot: Fact = { kind: 'snapshot', form: 1, ledger };
        const line = JSON.stringify({ n: n + 1, at: clock.now().toISOString(), ...snapshot });
        await files.writeAtomic(path, `${line}\n`, 0o600);
        n += 1;
        held = [line];
        needsRewrite = false;
        const histories = await files.list(`${directory}/history`);
        for (const old of histories.slice(0, -keptHistories)) await files.remove(`${directory}/history/${old}`);
      }),
  };
}

interface ReadJournal {
  readonly lines: readonly string[];
  readonly records: readonly JournalRecord[];
  readonly isTorn: boolean;
}

/** Read a journal's text; see `openJournal` for what is torn and what is corrupt. */
export function readLines(text: string, path: string): ReadJournal {
  const pieces = text.split('\n');
  const rest = pieces.pop() ?? '';
  const lines: string[] = [];
  const records: JournalRecord[] = [];
  for (const [index, line] of pieces.entries()) {
    const record = parseRecord(line, records.at(-1)?.n ?? null);
    if (typeof record !== 'string') {
      lines.push(line);
      records.push(record);
    } else if (index === pieces.length - 1 && rest === '' && record === notJson) {
      return { lines, records, isTorn: true };
    } else {
      throw corrupt(path, index + 1, record);
    }
  }
  return { lines, records, isTorn: rest !== '' };
}

const notJson = 'it is not JSON';

const kinds: ReadonlySet<string> = new Set<Fact['kind']>([
  'snapshot',
  'locked',
  'unlocked',
  'begun',
  'step',
  'ended',
  'agent-started',
  'instance',
  'published',
  'baked',
  'no-return',
  'discarded',
  'clearing',
  'gate',
  'unattended',
  'watch',
  'maintenance',
  'adopted',
]);

function parseRecord(line: string, before: number | null): JournalRecord | string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return notJson;
  }
  const record = value as JournalRecord | null;
  if (typeof record !== 'object' || record === null || typeof record.n !== 'number') return 'it is no record';
  if (before !== null && record.n !== before + 1) return `record ${before + 1} is missing, ${record.n} stands there`;
  if (!kinds.has(record.kind)) return `"${String(record.kind)}" is not known to this version`;
  if (record.kind === 'snapshot' && record.form !== 1)
    return `form ${String(record.form)} is not known to this version`;
  return record;
}

function corrupt(path: string, line: number, reason: string): EnvironmentError {
  return new EnvironmentError('JOURNAL_CORRUPT', `${path}:${line}: ${reason}`, {
    hint: 'What runs goes on running. Mend the line or move the file away; the agent then knows of no release.',
    facts: { path, line },
  });
}
