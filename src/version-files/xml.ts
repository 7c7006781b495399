import type { Place, VersionFile } from './version-file.ts';

/** Text of the elements at exactly this path of names; comments, CDATA and processing instructions are passed over. */
export function elementTexts(text: string, path: readonly string[]): readonly Place[] {
  const found: Place[] = [];
  const stack: string[] = [];
  let start = 0;
  for (const match of text.matchAll(
    /<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>|<![^>]*>|<(\/?)([\w:.-]+)((?:"[^"]*"|'[^']*'|[^>"'])*?)(\/?)>/g,
  )) {
    const [whole, closing, name, , empty] = match;
    if (name === undefined) continue;
    if (closing === '/') {
      const isHere = stack.length === path.length && stack.every((part, at) => part === path[at]);
      if (isHere && name === path.at(-1)) found.push(trimmed(text, start, match.index));
      stack.pop();
    } else if (empty !== '/') {
      stack.push(name);
      start = match.index + whole.length;
    }
  }
  return found.filter(({ from, to }) => from < to && !text.slice(from, to).includes('<'));
}

function trimmed(text: string, from: number, to: number): Place {
  const inner = text.slice(from, to);
  const lead = inner.length - inner.trimStart().length;
  return { from: from + lead, to: from + Math.max(lead, inner.trimEnd().length) };
}

const isLiteral = (text: string) => (place: Place) => !text.slice(place.from, place.to).startsWith('$');

/** `project > version` of Maven; the version of a parent or of a dependency is none. */
export const pom: VersionFile = {
  type: 'pom',
  recognises: (name) => name === 'pom.xml',
  places: (text) => elementTexts(text, ['project', 'version']).filter(isLiteral(text)),
};

/** `Version` of a .NET project, and `VersionPrefix` where it stands for it. */
export const csproj: VersionFile = {
  type: 'csproj',
  recognises: (name) => /\.(cs|fs|vb)proj$/.test(name) || name === 'Directory.Build.props',
  places: (text) =>
    ['Version', 'VersionPrefix']
      .flatMap((name) => elementTexts(text, ['Project', 'PropertyGroup', name]))
      .filter(isLiteral(text)),
};
