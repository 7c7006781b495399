import type { Place } from './version-file.ts';

/** One table of TOML text with the lines that belong to it. */
export interface TomlTable {
  /** `project`, `tool.poetry`; `` for what stands before the first table. */
  readonly name: string;
  /** It began with `[[name]]`. */
  readonly isArray: boolean;
  readonly from: number;
  readonly to: number;
}

const headerLine = /^[ \t]*(\[\[?)[ \t]*([^\]\r\n]+?)[ \t]*\]\]?[ \t]*(?:#[^\r\n]*)?\r?$/;

/** The tables of a TOML text by position; text in multi-line strings is not mistaken for a table. */
export function tomlTables(text: string): readonly TomlTable[] {
  const tables: { name: string; isArray: boolean; from: number; to: number }[] = [
    { name: '', isArray: false, from: 0, to: text.length },
  ];
  let at = 0;
  let open: '"""' | "'''" | null = null;
  for (const line of text.split('\n')) {
    if (open === null) {
      const header = headerLine.exec(line);
      const last = tables.at(-1);
      if (header !== null && last !== undefined) {
        last.to = at;
        const name = (header[2] ?? '').replaceAll(/["'\s]/g, '');
        tables.push({ name, isArray: header[1] === '[[', from: at + line.length, to: text.length });
      }
    }
    for (const [mark] of line.matchAll(/"""|'''/g)) {
      if (open === null) open = mark as '"""' | "'''";
      else if (open === mark) open = null;
    }
    at += line.length + 1;
  }
  return tables;
}

/** Where the string of a key stands in a table, without its quotes. */
export function tomlString(text: string, { from, to }: TomlTable, key: string): Place | null {
  const pattern = new RegExp(
    `(^|\\n)([ \\t]*(?:${key}|"${key}"|'${key}')[ \\t]*=[ \\t]*)(?:"([^"\\\\\\r\\n]*)"|'([^'\\r\\n]*)')`,
  );
  const match = pattern.exec(text.slice(from, to));
  if (match === null) return null;
  const start = from + match.index + (match[1] ?? '').length + (match[2] ?? '').length + 1;
  return { from: start, to: start + (match[3] ?? match[4] ?? '').length };
}

export const tomlValue = (text: string, table: TomlTable, key: string): string | null => {
  const place = tomlString(text, table, key);
  return place === null ? null : text.slice(place.from, place.to);
};

/** Whether a table has a key at all, whatever its value is. */
export const hasKey = (text: string, { from, to }: TomlTable, key: string): boolean =>
  new RegExp(`(^|\\n)[ \\t]*${key}[ \\t]*=`).test(text.slice(from, to));
