import { plain, quoted } from '../safer/pieces.ts';
import type { PostgresParser } from '../statement.ts';
import type { ColumnFacts } from './facts.ts';

/** Indexes and constraints of a column, made again for its successor under names of their own, and given back at the end. */
export interface Copies {
  readonly expand: readonly string[];
  /** Once the old column is gone its names are free. */
  readonly contract: readonly string[];
}

/** Null when one of them cannot be carried over. */
export function copiesFor(
  table: string,
  from: string,
  to: string,
  facts: ColumnFacts,
  parser: PostgresParser,
): Copies | { readonly why: string } {
  const expand: string[] = [];
  const contract: string[] = [];
  const renamed = (definition: string): string => replaceWord(definition, quoted(from), quoted(to), parser);
  for (const { name, definition } of facts.indexes) {
    const temporary = temporaryName(name);
    expand.push(namedIndex(renamed(definition), temporary));
    contract.push(`ALTER INDEX ${qualified(table, temporary)} RENAME TO ${name}`);
  }
  for (const { name, type, definition, indexDefinition } of facts.constraints) {
    const temporary = temporaryName(name);
    if (type === 'check' || type === 'foreign-key') {
      expand.push(
        `ALTER TABLE ${table} ADD CONSTRAINT ${temporary} ${renamed(definition)} NOT VALID`,
        `ALTER TABLE ${table} VALIDATE CONSTRAINT ${temporary}`,
      );
    } else if (type === 'unique' && indexDefinition !== null) {
      expand.push(
        namedIndex(renamed(indexDefinition), temporary),
        `ALTER TABLE ${table} ADD CONSTRAINT ${temporary} UNIQUE USING INDEX ${temporary}`,
      );
    } else {
      return { why: `${name} (${type}) cannot be carried over to another column` };
    }
    contract.push(`ALTER TABLE ${table} RENAME CONSTRAINT ${temporary} TO ${name}`);
  }
  return { expand, contract };
}

/** `CREATE INDEX a ON ...` as the server writes it, under another name and without keeping writers out. */
function namedIndex(definition: string, name: string): string {
  return definition.replace(
    /^CREATE (UNIQUE )?INDEX (?:"(?:[^"]|"")+"|\S+) ON /,
    (_all, unique: string | undefined) => {
      return `CREATE ${unique ?? ''}INDEX CONCURRENTLY ${name} ON `;
    },
  );
}

/** Indexes live in the schema of their table. */
function qualified(table: string, name: string): string {
  return table.includes('.') ? `${table.slice(0, table.lastIndexOf('.'))}.${name}` : name;
}

function temporaryName(name: string): string {
  return quoted(`${plain(name).slice(0, 55)}_fairway`);
}

/** Replace a name where it stands as a word of its own. */
function replaceWord(sql: string, from: string, to: string, parser: PostgresParser): string {
  let out = '';
  let at = 0;
  for (const token of parser.tokens(sql)) {
    if (token.text !== from) continue;
    out += sql.slice(at, token.start) + to;
    at = token.end;
  }
  return out + sql.slice(at);
}
