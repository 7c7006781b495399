import type { RunFacts } from '../../domain/summary/facts.ts';
import type { OutputName } from './table.ts';

/** The outputs of a run that it has something to say to; the others stay unset, which a workflow reads as empty. */
export function outputsOf(facts: RunFacts, report: string | null): readonly (readonly [OutputName, string])[] {
  const { document, artifact } = facts;
  const record = document.result['record'];
  const all: Readonly<Record<OutputName, string | null>> = {
    outcome: document.outcome,
    code: document.code,
    'exit-code': String(document.exitCode),
    version: facts.version,
    commit: facts.commit,
    released: String(facts.isReleased),
    tag: facts.tag,
    artifact,
    image: artifact?.startsWith('image:') === true ? artifact.slice('image:'.length) : null,
    verdict: facts.verdict,
    'rolled-back': String(document.outcome === 'rolled-back'),
    'migration-class': facts.migrationClass,
    rollback: facts.rollback,
    report,
    record: typeof record === 'string' ? record : null,
    url: facts.url,
    sbom: facts.sbom,
  };
  return Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name as OutputName, value] as const]));
}
