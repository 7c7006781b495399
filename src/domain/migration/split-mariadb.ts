import { splitMariadb as cut } from './classify/mariadb/split.ts';
import { wordsOf } from './classify/mariadb/words.ts';
import type { Split, Statement } from './script.ts';

const keptWords = 24;

/** Split a script for MariaDB into statements with their offsets; DELIMITER lines are the client's and are followed. */
export function splitMariadb(text: string): Split {
  let from = 0;
  const statements = cut('', text).map(({ sql }): Statement => {
    const start = text.indexOf(sql, from);
    from = start + sql.length;
    return {
      text: sql,
      start,
      words: wordsOf(sql)
        .slice(0, keptWords)
        .map((word) => word.text.toUpperCase()),
    };
  });
  return { statements, problems: [] };
}
