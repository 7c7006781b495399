import type { Action } from '../actions.ts';
import { note, type Rule } from '../rule.ts';
import type { ColumnShape } from '../shapes.ts';

/** Columns that a statement makes, with the name that a person would say. */
function newColumns(action: Action): readonly (readonly [string, ColumnShape])[] {
  if (action.does === 'add-column') return [[`${action.table}.${action.column.name}`, action.column]];
  if (action.does !== 'create-table') return [];
  return action.columns.map((column) => [`${action.table}.${column.name}`, column] as const);
}

function ofType(types: readonly string[], say: (name: string) => string): NonNullable<Rule['lint']> {
  return (action) => {
    const found = newColumns(action).find(([, column]) => types.includes(column.type));
    return found === undefined ? null : note(say(found[0]));
  };
}

const example = (type: string): Rule['example'] => ({
  given: '',
  sql: `CREATE TABLE books (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, field ${type})`,
});

export const preferIdentity: Rule = {
  id: 'prefer-identity',
  title: 'serial makes a sequence that is only loosely tied to its column',
  problem:
    'A serial column has rights, ownership and a default of its own to be kept in step, and takes any value that is inserted.',
  instead: 'bigint GENERATED ALWAYS AS IDENTITY.',
  example: { given: '', sql: 'CREATE TABLE books (id bigserial PRIMARY KEY)' },
  lint: ofType(
    ['serial', 'bigserial', 'smallserial', 'serial4', 'serial8'],
    (name) => `${name} is serial; an identity column is the standard's.`,
  ),
};

export const smallKey: Rule = {
  id: 'small-key',
  title: 'A key of 32 bits runs out',
  problem: 'An integer key ends at 2,147,483,647, and changing its type later writes the whole table again.',
  instead: 'bigint.',
  example: { given: '', sql: 'CREATE TABLE books (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY)' },
  lint(action) {
    const small = ['int4', 'int2', 'serial', 'smallserial', 'serial4', 'serial2'];
    const isKey = (column: ColumnShape): boolean => column.constraints.some((one) => one.type === 'primary-key');
    const found = newColumns(action).find(([, column]) => small.includes(column.type) && isKey(column));
    return found === undefined ? null : note(`${found[0]} ends at 2,147,483,647.`);
  },
};

export const preferText: Rule = {
  id: 'prefer-text',
  title: 'A length in the type is hard to change later',
  problem:
    'varchar(n) costs as much as text. Making it narrower writes the table again; views that use the column stop both.',
  instead: 'text, with a CHECK on the length where there must be one.',
  example: example('varchar(100)'),
  lint: ofType(['varchar'], (name) => `${name} has a length in its type.`),
};

export const preferTimestamptz: Rule = {
  id: 'prefer-timestamptz',
  title: 'A timestamp without a time zone says no moment',
  problem: 'What it means depends on who reads it; a change of the session time zone or of summer time moves it.',
  instead: 'timestamptz.',
  example: example('timestamp'),
  lint: ofType(['timestamp'], (name) => `${name} has no time zone.`),
};

export const oldTypes: Rule = {
  id: 'old-type',
  title: 'char(n), money and timetz are kept for old applications only',
  problem:
    'char(n) pads with blanks that comparisons ignore, money rounds by the locale, and timetz cannot know its offset.',
  instead: 'text, numeric, timestamptz.',
  example: example('char(8)'),
  lint: ofType(
    ['bpchar', 'char', 'money', 'timetz'],
    (name) => `${name} has a type that is kept for old applications only.`,
  ),
};

export const preferJsonb: Rule = {
  id: 'prefer-jsonb',
  title: 'json has no equality',
  problem: 'SELECT DISTINCT, GROUP BY and UNION on a table with a json column fail; no index helps a search in it.',
  instead: 'jsonb.',
  example: example('json'),
  lint: ofType(['json'], (name) => `${name} is json, which cannot be compared.`),
};

export const noPrimaryKey: Rule = {
  id: 'no-primary-key',
  title: 'A table without a primary key',
  problem: 'Logical replication cannot update or delete its rows, no batch can go along it, and duplicates stay.',
  instead: 'Give it a primary key.',
  example: { given: '', sql: 'CREATE TABLE visits (at timestamptz)' },
  lint(action, { statement }) {
    if (action.does !== 'create-table' || action.temporary) return null;
    const own = action.constraints.some((one) => one.type === 'primary-key');
    const inline = action.columns.some((column) => column.constraints.some((one) => one.type === 'primary-key'));
    const isChild = /\b(partition\s+of|inherits|like)\b/i.test(statement.sql);
    return own || inline || isChild ? null : note(`${action.table} has no primary key.`);
  },
};
