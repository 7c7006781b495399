import { relativeTo } from './place.ts';
import type { ReadReport } from './report.ts';

/** Records of `SF:` to `end_of_record`, one per file and test; of a line that comes twice the better count. */
export function readLcov(text: string, root: string): ReadReport {
  const files = new Map<string, { readonly lines: Map<number, number>; found: number; hit: number }>();
  let open: string | null = null;
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const [, key = '', value = ''] = /^([A-Z]+):(.*)$/.exec(line.trim()) ?? [];
    if (key === 'SF') open = relativeTo(value, root);
    else if (line.trim() === 'end_of_record') open = null;
    else if (line.trim() === '' || line.startsWith('#') || key === 'TN') continue;
    else if (key === '') return { kind: 'unreadable', why: `line ${at + 1}: "${line.slice(0, 40)}" is not of lcov` };
    if (open === null) continue;
    const file = files.get(open) ?? { lines: new Map<number, number>(), found: 0, hit: 0 };
    files.set(open, file);
    if (key === 'DA') {
      const [number = 0, hits = 0] = value.split(',').map(Number);
      file.lines.set(number, Math.max(hits, file.lines.get(number) ?? 0));
    }
    if (key === 'LF') file.found = Math.max(file.found, Number(value));
    if (key === 'LH') file.hit = Math.max(file.hit, Number(value));
  }
  if (open !== null) return { kind: 'unreadable', why: `it ends in the middle of ${open}` };
  if (files.size === 0) return { kind: 'unreadable', why: 'it names no file' };
  const coverage = Array.from(files, ([name, { lines, found, hit }]) => {
    const covered = [...lines.values()].filter((hits) => hits > 0).length;
    return [name, lines.size > 0 ? { lines: lines.size, covered } : { lines: found, covered: hit }] as const;
  });
  return { kind: 'coverage', coverage: new Map(coverage) };
}
