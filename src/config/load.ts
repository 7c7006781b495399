import { type Document, LineCounter, parseDocument } from 'yaml';
import { ConfigError, type Problem } from '../errors.ts';
import { jsonProblem } from './json-text.ts';
import { isPlainMap, type PlainMap } from './path.ts';
import { placeAt, type Places, placesOf } from './places.ts';
import { plainValue } from './plain-value.ts';
import { sentenceOf } from './syntax.ts';

/** A configuration file, read but not yet understood. */
export interface SourceDocument extends Places {
  /** As the user named it. */
  readonly file: string;
  readonly value: PlainMap;
}

/** Longer files are refused before they are parsed. */
export const maxCharacters = 1_000_000;

/** One mistake makes the parser stumble on; what follows the first few is noise. */
const maxSyntaxProblems = 5;

/** The smallest file that says something; shown to those who have none. */
export const smallestFile = `app: shop
build:
  run: npm ci
processes:
  web:
    command: node server.js
    traffic: true
target:
  type: process
`;

/**
 * Read the text of a `fairway.yml` (or `.json`, which is checked as JSON first).
 *
 * Throws ConfigError `CONFIG_INVALID` with line and column of what cannot be read: syntax, a key given
 * twice, tags, several documents, aliases that expand without end.
 */
export function loadText(text: string, file: string): SourceDocument {
  if (text.length > maxCharacters) {
    const [length, limit] = [text.length, maxCharacters].map((n) => n.toLocaleString('en-US'));
    throw unreadable(file, [{ message: `has ${length} characters; at most ${limit} are read` }]);
  }
  const json = file.endsWith('.json') ? jsonProblem(text) : null;
  if (json !== null) throw unreadable(file, [json]);

  const lines = new LineCounter();
  const document = parse(text, file, lines);
  const all = [...document.errors, ...document.warnings];
  const syntax = all.some((e) => e.code === 'RESOURCE_EXHAUSTION') ? all.slice(0, 1) : all.slice(0, maxSyntaxProblems);
  if (syntax.length > 0) {
    throw unreadable(
      file,
      syntax.map((e) => ({ message: sentenceOf(e), ...placeAt(lines, e.pos[0]) })),
    );
  }
  const { value, complaints } = plainValue(document);
  if (complaints.length > 0) {
    throw unreadable(
      file,
      complaints.map(({ message, offset }) => ({ message, ...placeAt(lines, offset) })),
    );
  }
  if (value === null) throw unreadable(file, [{ message: 'is empty' }], `A small one to begin with:\n${smallestFile}`);
  if (!isPlainMap(value)) {
    const message = 'expected sections such as "app: shop" at the top';
    throw unreadable(file, [{ message, line: 1, column: 1 }]);
  }
  return { file, value, ...placesOf(document, lines) };
}

function parse(text: string, file: string, lines: LineCounter): Document {
  try {
    return parseDocument(text, { prettyErrors: false, stringKeys: true, uniqueKeys: false, lineCounter: lines });
  } catch (cause) {
    if (cause instanceof RangeError) throw unreadable(file, [{ message: 'is nested too deeply' }]);
    throw cause;
  }
}

/** Each of `problems` is about the file itself. */
function unreadable(file: string, problems: readonly Omit<Problem, 'path' | 'file'>[], hint?: string): ConfigError {
  return new ConfigError('CONFIG_INVALID', `${file} cannot be read.`, {
    problems: problems.map((problem) => ({ path: file, file, ...problem })),
    ...(hint === undefined ? {} : { hint }),
  });
}
