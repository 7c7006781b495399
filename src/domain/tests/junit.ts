import { placeIn, relativeTo } from './place.ts';
import type { ReadReport, TestCase } from './report.ts';
import type { Element } from './xml.ts';

/** The form that most test runners write, whatever else they put into it. */
export function readJunit(document: Element, root: string): ReadReport {
  if (document.name !== 'testsuites' && document.name !== 'testsuite') {
    return { kind: 'unreadable', why: `its first element is <${document.name}>, not <testsuites> or <testsuite>` };
  }
  return { kind: 'tests', cases: casesOf(document, '', root) };
}

function casesOf(suite: Element, file: string, root: string): readonly TestCase[] {
  const own = suite.attributes['file'] ?? suite.attributes['filepath'] ?? file;
  return suite.children.flatMap((child) => {
    if (child.name === 'testsuite') return casesOf(child, own, root);
    return child.name === 'testcase' ? [caseOf(child, suite, own, root)] : [];
  });
}

function caseOf(one: Element, suite: Element, file: string, root: string): TestCase {
  const { attributes } = one;
  const broken = one.children.find(({ name }) => name === 'failure' || name === 'error');
  const isSkipped = one.children.some(({ name }) => name === 'skipped');
  const details = broken === undefined ? '' : `${broken.attributes['message'] ?? ''}\n${broken.text}`;
  const named = attributes['file'] ?? file;
  const line = Number(attributes['line'] ?? Number.NaN);
  const thrown = placeIn(details, root);
  const known = named === '' ? null : { file: relativeTo(named, root), line: Number.isInteger(line) ? line : null };
  const place = known?.line == null && thrown !== null ? thrown : (known ?? thrown);
  const seconds = Number((attributes['time'] ?? '0').replaceAll(',', ''));
  return {
    name: attributes['name'] ?? '',
    suite: attributes['classname'] ?? suite.attributes['name'] ?? '',
    outcome: broken !== undefined ? 'failed' : isSkipped ? 'skipped' : 'passed',
    durationMs: Number.isFinite(seconds) ? Math.round(seconds * 1_000) : 0,
    file: place?.file ?? null,
    line: place?.line ?? null,
    message:
      broken === undefined
        ? ''
        : (details
            .split('\n')
            .find((text) => text.trim() !== '')
            ?.trim() ?? broken.name),
  };
}
