import { readCobertura } from './cobertura.ts';
import { readJunit } from './junit.ts';
import { readLcov } from './lcov.ts';
import type { ReadReport } from './report.ts';
import { readXml } from './xml.ts';

export type ReportType = 'junit' | 'lcov' | 'cobertura';

/** Read a report of tests or of coverage; `root` is the folder that the tests ran in, as they saw it. */
export function readTestReport(type: ReportType, text: string, root: string): ReadReport {
  if (type === 'lcov') return readLcov(text, root);
  const document = readXml(text);
  if ('kind' in document) return { kind: 'unreadable', why: `line ${document.line}: it is not XML: ${document.why}` };
  return type === 'junit' ? readJunit(document, root) : readCobertura(document, root);
}
