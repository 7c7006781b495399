import type { RunEvent } from '../../ports.ts';
import type { FinalDocument } from '../report/final-document.ts';
import type { RolloutRecord } from '../rollout/messages.ts';
import type { TestsSeen } from '../tests/judge.ts';
import { type ImageFacts, imageFacts } from './image.ts';
import { type ScanFacts, scanFacts } from './scan.ts';
import { testFacts } from './tests.ts';

/** A migration statement as a reader wants it: where, how bad, why. */
export interface StatementFacts {
  readonly file: string;
  readonly line: number;
  readonly class: string;
  readonly reason: string;
}

/** What a page or an output of a run says, whichever command it was; null: this run does not tell. */
export interface RunFacts {
  readonly document: FinalDocument;
  readonly version: string | null;
  readonly commit: string | null;
  readonly tag: string | null;
  readonly isReleased: boolean;
  readonly artifact: string | null;
  readonly url: string | null;
  /** `proven`, `code-only`, `impossible`, `first`. */
  readonly rollback: string | null;
  readonly rollbackReason: string | null;
  /** The worst class of the statements that were classified. */
  readonly migrationClass: string | null;
  readonly statements: readonly StatementFacts[];
  readonly migrations: readonly { readonly name: string; readonly durationMs: number | null }[];
  readonly scan: ScanFacts | null;
  readonly tests: TestsSeen | null;
  readonly image: ImageFacts | null;
  /** Path of the bill of materials. */
  readonly sbom: string | null;
  readonly records: readonly RolloutRecord[];
  /** `pass`, `fail` or `inconclusive`, of the rollout. */
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | null;
  readonly notes: string | null;
  readonly level: string | null;
  readonly failure: { readonly message: string; readonly hint: string | null } | null;
  readonly problems: readonly {
    readonly path: string;
    readonly message: string;
    readonly file: string | null;
    readonly line: number | null;
    readonly column: number | null;
  }[];
}

/** `prefix` goes before paths of the project, for a project that is a folder of its repository: `apps/shop/`. */
export function runFacts(document: FinalDocument, events: readonly RunEvent[], prefix = ''): RunFacts {
  const placed = (file: string): string => (/^(\/|[A-Za-z]:)/.test(file) ? file : `${prefix}${file}`);
  const result: unknown = document.result;
  const release = at(result, 'release');
  const rehearsal = at(result, 'rehearsal') ?? (at(result, 'rollback') === null ? null : result);
  const error = at(result, 'error');
  const records = events.flatMap((event) => (event.type === 'rollout' ? [event.record as RolloutRecord] : []));
  const planned = list(at(result, 'pendingMigrations')).map((name) => ({ name: text(name) ?? '', durationMs: null }));
  return {
    document,
    version: text(at(release, 'version')) ?? text(at(result, 'version')) ?? text(at(result, 'next')),
    commit: text(at(release, 'commit')) ?? text(at(result, 'commit')),
    tag: text(at(result, 'tag')),
    isReleased: document.code === 'RELEASED',
    artifact: text(at(result, 'artifact')),
    url: text(at(result, 'url')),
    rollback: text(at(rehearsal, 'rollback')),
    rollbackReason: text(at(rehearsal, 'reason')),
    migrationClass: text(at(result, 'class')),
    statements: list(at(result, 'statements')).map((one) => ({
      file: placed(text(at(one, 'file')) ?? ''),
      line: number(at(one, 'line')) ?? 1,
      class: text(at(one, 'class')) ?? '',
      reason: text(at(one, 'reason')) ?? '',
    })),
    migrations: [
      ...list(at(rehearsal, 'migrations')).map((one) => ({
        name: [text(at(one, 'version')), text(at(one, 'name'))].filter((part) => part !== null).join('_'),
        durationMs: number(at(one, 'durationMs')),
      })),
      ...planned,
    ],
    scan: scanFacts(at(result, 'scan')),
    tests: testFacts(at(result, 'tests')),
    image: imageFacts(at(result, 'image')),
    sbom: text(at(result, 'sbom')),
    records,
    verdict: verdictOf(document, records),
    notes: text(at(result, 'notes')),
    level: text(at(result, 'level')),
    failure: error === null ? null : { message: text(at(error, 'message')) ?? '', hint: text(at(error, 'hint')) },
    problems: list(at(error, 'problems')).map((one) => {
      const file = text(at(one, 'file'));
      return {
        path: text(at(one, 'path')) ?? '',
        message: text(at(one, 'message')) ?? '',
        file: file === null ? null : placed(file),
        line: number(at(one, 'line')),
        column: number(at(one, 'column')),
      };
    }),
  };
}

/** An interrupted or unanswered rollout has no verdict. */
function verdictOf({ outcome }: FinalDocument, records: readonly RolloutRecord[]): RunFacts['verdict'] {
  if (records.length === 0) return null;
  if (outcome === 'inconclusive') return 'inconclusive';
  const end = records.findLast((record) => record.end !== undefined)?.end?.outcome;
  if (end === 'ok') return 'pass';
  return end === 'rolled-back' || end === 'rollback-failed' ? 'fail' : end === 'inconclusive' ? end : null;
}

function at(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return null;
  return (value as Record<string, unknown>)[name] ?? null;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
