import { relativeTo } from './place.ts';
import type { ReadReport } from './report.ts';
import { type Element, elementsOf } from './xml.ts';

/** Classes with their lines; a file may hold several classes. Without lines the totals of the report have to do. */
export function readCobertura(document: Element, root: string): ReadReport {
  if (document.name !== 'coverage') {
    return { kind: 'unreadable', why: `its first element is <${document.name}>, not <coverage>` };
  }
  const files = new Map<string, Map<number, number>>();
  for (const one of elementsOf(document, 'class')) {
    const name = relativeTo(one.attributes['filename'] ?? one.attributes['name'] ?? '', root);
    const lines = files.get(name) ?? new Map<number, number>();
    files.set(name, lines);
    const own = one.children.filter((child) => child.name === 'lines').flatMap(({ children }) => children);
    for (const { attributes } of own) {
      const number = Number(attributes['number'] ?? 0);
      lines.set(number, Math.max(Number(attributes['hits'] ?? 0), lines.get(number) ?? 0));
    }
  }
  const coverage = Array.from(files, ([name, lines]) => {
    const covered = [...lines.values()].filter((hits) => hits > 0).length;
    return [name, { lines: lines.size, covered }] as const;
  });
  if (coverage.length > 0) return { kind: 'coverage', coverage: new Map(coverage) };
  const [valid, covered] = [document.attributes['lines-valid'], document.attributes['lines-covered']].map(Number);
  if (valid === undefined || covered === undefined || !(valid > 0)) {
    return { kind: 'unreadable', why: 'it holds neither lines nor totals' };
  }
  return { kind: 'coverage', coverage: new Map([['', { lines: valid, covered }]]) };
}
