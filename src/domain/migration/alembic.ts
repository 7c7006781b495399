/** One revision of Alembic, as its file tells. */
export interface Revision {
  readonly path: string;
  readonly text: string;
  readonly id: string;
  /** None for the first one, several for a merge. */
  readonly parents: readonly string[];
  /** Other revisions that must be there, though they are no parents. */
  readonly needs: readonly string[];
  readonly name: string;
  /** False where `downgrade` does nothing though `upgrade` does something, or refuses. */
  readonly hasDown: boolean;
}

/** Read the file of a revision without running it; null when it is none. */
export function readRevision(path: string, text: string): Revision | null {
  const id = strings(assigned('revision', text))[0];
  if (id === undefined) return null;
  const body = (name: string): string =>
    (new RegExp(String.raw`^def ${name}\b[^\n]*\n((?:[ \t]+[^\n]*\n?|\s*\n)*)`, 'm').exec(text)?.[1] ?? '')
      .replaceAll(/"""[^]*?"""|'''[^]*?'''|#[^\n]*/g, '')
      .trim();
  const [up, down] = [body('upgrade'), body('downgrade')];
  const isEmpty = (lines: string): boolean => lines === '' || lines === 'pass';
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.py$/, '');
  return {
    path,
    text,
    id,
    parents: strings(assigned('down_revision', text)),
    needs: strings(assigned('depends_on', text)),
    name: file.replace(new RegExp(`^.*${id.replaceAll(/[^\w]/g, '.')}_?`), ''),
    hasDown: !/^raise\b/.test(down) && (!isEmpty(down) || isEmpty(up)),
  };
}

/** What stands on the right of a variable at the top of a module, over several lines where it has brackets. */
function assigned(name: string, text: string): string {
  const head = new RegExp(String.raw`^${name}\s*(?::[^=\n]*)?=\s*`, 'm').exec(text);
  if (head === null) return '';
  const rest = text.slice(head.index + head[0].length);
  const bracket = /^[([{]/.test(rest);
  return bracket ? rest.slice(0, rest.search(/[)\]}]/) + 1) : (rest.split('\n')[0] ?? '');
}

function strings(expression: string): readonly string[] {
  return Array.from(expression.matchAll(/'([^']*)'|"([^"]*)"/g), ([, single, double]) => single ?? double ?? '');
}

/** Those that nothing builds on. */
export function headsOf(revisions: readonly Revision[]): readonly Revision[] {
  const parents = new Set(revisions.flatMap((one) => one.parents));
  return revisions.filter(({ id }) => !parents.has(id));
}

/** Parents before children; those that wait for nothing in the order of their names. Null where they go in a circle. */
export function inOrder(revisions: readonly Revision[]): readonly Revision[] | null {
  const known = new Set(revisions.map(({ id }) => id));
  const left = revisions.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const done = new Set<string>();
  const ordered: Revision[] = [];
  while (left.length > 0) {
    const at = left.findIndex(({ parents, needs }) =>
      [...parents, ...needs].every((one) => done.has(one) || !known.has(one)),
    );
    const [next] = at === -1 ? [] : left.splice(at, 1);
    if (next === undefined) return null;
    done.add(next.id);
    ordered.push(next);
  }
  return ordered;
}

/** Revisions and everything that they build on. */
export function withAncestors(ids: readonly string[], revisions: readonly Revision[]): ReadonlySet<string> {
  const found = new Set<string>();
  const left = [...ids];
  for (let id = left.pop(); id !== undefined; id = left.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    const revision = revisions.find((one) => one.id === id);
    left.push(...(revision?.parents ?? []), ...(revision?.needs ?? []));
  }
  return found;
}
