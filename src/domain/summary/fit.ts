/** GitHub's limits, with room for what it counts differently. */
export const limits = {
  /** 1 MiB per step. */
  summaryBytes: 1_048_576 - 1_024,
  /** 65,536 characters per comment or issue. */
  commentCharacters: 65_000,
  /** 140 characters for the description of a deployment status. */
  statusCharacters: 140,
  /** Of each level per step; more are dropped silently. */
  annotations: 10,
} as const;

/** A part of a page: how it should be, and what may stand there when there is too little room. */
export interface Section {
  readonly full: string;
  /** Default: it is left out. */
  readonly short?: string;
  /** Left out or shortened first. 0: never. */
  readonly rank: number;
}

/**
 * Put sections together within a limit, measured by `sizeOf`; those of the highest rank give way first, and then
 * the page says so with `note`.
 */
export function fit(
  sections: readonly Section[],
  limit: number,
  sizeOf: (text: string) => number,
  note: string,
): string {
  const page = (texts: readonly string[]): string => `${texts.filter((text) => text !== '').join('\n\n')}\n`;
  const whole = page(sections.map(({ full }) => full));
  if (sizeOf(whole) <= limit) return whole;
  const texts = sections.map(({ full }) => full);
  const order = sections
    .map(({ rank }, index) => ({ rank, index }))
    .filter(({ rank }) => rank > 0)
    .toSorted((a, b) => b.rank - a.rank);
  for (const { index } of order) {
    texts[index] = sections[index]?.short ?? '';
    const shorter = page([...texts, note]);
    if (sizeOf(shorter) <= limit) return shorter;
  }
  return cut(page(texts), limit - sizeOf(`\n\n${note}\n`), sizeOf) + `\n\n${note}\n`;
}

/** The longest beginning, by whole lines, that has the size. */
function cut(text: string, limit: number, sizeOf: (text: string) => number): string {
  const lines = text.split('\n');
  let size = 0;
  let isFenced = false;
  const kept: string[] = [];
  for (const line of lines) {
    size += sizeOf(line) + 1;
    if (size > limit - 8) break;
    if (line.startsWith('```')) isFenced = !isFenced;
    kept.push(line);
  }
  return isFenced ? [...kept, '```'].join('\n') : kept.join('\n');
}

export const utf8Bytes = (text: string): number => {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
};
