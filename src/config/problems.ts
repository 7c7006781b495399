import type { Problem } from '../errors.ts';
import type { Finding } from './explain.ts';
import type { SourceDocument } from './load.ts';
import { dotted, type Path } from './path.ts';
import type { Place } from './places.ts';

/**
 * Say where in the file a finding about an environment was written: in its overlay when it stands there,
 * else in the base; what is missing is placed at the nearest map around it.
 */
export function located(finding: Finding, source: SourceDocument, environment: string | null): Problem {
  const { path, at, message, ...more } = finding;
  const above: Path = environment === null ? [] : ['environments', environment];
  const inBase = depthOf(source, [], path);
  const inOverlay = environment === null ? 0 : depthOf(source, above, path);
  const overlaid = inOverlay > 0 && inOverlay >= inBase;
  const written: Path = overlaid ? [...above, ...path] : path;
  const place = placeOf(source, written, at);
  return {
    path: dotted(written),
    message,
    file: source.file,
    ...(place === null ? {} : { line: place.line, column: place.column }),
    ...more,
  };
}

/** How much of the path stands below `above`. */
function depthOf(source: SourceDocument, above: Path, path: Path): number {
  for (let depth = path.length; depth > 0; depth -= 1) {
    if (source.keyPlace([...above, ...path.slice(0, depth)]) !== null) return depth;
  }
  return 0;
}

function placeOf(source: SourceDocument, path: Path, at: Finding['at']): Place | null {
  if (at === 'value') {
    const place = source.valuePlace(path);
    if (place !== null) return place;
  }
  for (let depth = path.length; depth > 0; depth -= 1) {
    const place = source.keyPlace(path.slice(0, depth));
    if (place !== null) return place;
  }
  return { line: 1, column: 1 };
}

/** Without those that several environments inherit from one place, in the order of the file. */
export function unique(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map(problems.map((problem) => [`${problem.path}\n${problem.message}`, problem]));
  return [...seen.values()].toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}
