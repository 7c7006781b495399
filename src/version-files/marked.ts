import type { Place, VersionFile } from './version-file.ts';

const version = /(?<![\w.])v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z]+(?:\.[0-9A-Za-z]+)*)?)(?![\w.]*\d)/g;
const minor = /(?<=[@:\s]v?)(\d+\.\d+)(?![.\d])/g;
const major = /(?<=[@:]v?)(\d+)(?![.\d])/g;
const mark = /fairway:(version|minor|major)(?:-(start|end))?(?![\w-])/;

const patterns = {
  version: { pattern: version, form: 'plain' },
  minor: { pattern: minor, form: 'major-minor' },
  major: { pattern: major, form: 'major' },
} as const;

/**
 * Versions in documents, where a marker asks for it.
 *
 * `fairway:version` in a comment on the line changes the versions of that line, such as image tags and `uses:`;
 * `fairway:version-start` and `fairway:version-end` change those between them. `fairway:minor` and
 * `fairway:major` keep `1.4` and `1`.
 */
export const marked: VersionFile = {
  type: 'marked',
  recognises: () => false,
  places(text) {
    const places: Place[] = [];
    let block: keyof typeof patterns | null = null;
    let at = 0;
    for (const line of text.split('\n')) {
      const [, kind, edge] = mark.exec(line) ?? [];
      const named = kind as keyof typeof patterns | undefined;
      if (edge === 'start') block = named ?? null;
      else if (edge === 'end') block = null;
      else if (named !== undefined || block !== null) places.push(...inLine(line, at, named ?? block ?? 'version'));
      at += line.length + 1;
    }
    return places;
  },
};

function inLine(line: string, at: number, kind: keyof typeof patterns): readonly Place[] {
  const { pattern, form } = patterns[kind];
  return [...line.matchAll(pattern)].map((match) => {
    const to = at + match.index + match[0].length;
    return { from: to - (match[1] ?? '').length, to, form };
  });
}
