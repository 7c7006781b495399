import type * as libpgQuery from 'libpg-query';
import type { Parsed, PostgresParser, Statement } from '../../domain/migration/classify/statement.ts';
import { tokensOf } from '../../domain/migration/classify/tokens.ts';
import { characterOffsets, firstWord, placeOf } from '../../domain/migration/classify/spans.ts';

type Library = Pick<typeof libpgQuery, 'parseSync' | 'hasSqlDetails'>;

/** PostgreSQL's own parser as WebAssembly; loading it takes about 80 ms, so only who classifies pays. */
export async function loadPostgresParser(): Promise<PostgresParser> {
  const library = await import('libpg-query');
  await library.loadModule();
  return {
    parse: (file, text) => parse(library, file, text),
    tokens: tokensOf,
  };
}

function parse(library: Library, file: string, text: string): Parsed {
  if (firstWord(text, 0) === text.length) return { kind: 'parsed', statements: [] };
  const toCharacter = characterOffsets(text);
  try {
    const statements: Statement[] = [];
    let previousEnd = 0;
    for (const raw of library.parseSync(text).stmts ?? []) {
      if (raw.stmt === undefined) continue;
      const from = toCharacter(raw.stmt_location ?? 0);
      const to = raw.stmt_len ? toCharacter((raw.stmt_location ?? 0) + raw.stmt_len) : text.length;
      const start = firstWord(text, from);
      const sql = text.slice(start, to).replace(/[\s;]+$/, '');
      statements.push({ file, ...placeOf(text, start), sql, comments: text.slice(previousEnd, start), node: raw.stmt });
      previousEnd = to;
    }
    return { kind: 'parsed', statements };
  } catch (error) {
    if (!library.hasSqlDetails(error)) throw error;
    const { message, cursorPosition } = error.sqlDetails ?? { message: error.message, cursorPosition: 0 };
    return { kind: 'syntax-error', failure: { file, ...placeOf(text, Math.max(0, cursorPosition)), message } };
  }
}
