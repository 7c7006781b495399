import { inBatches } from '../safer/backfill.ts';
import { notNullSteps } from '../safer/constraint-steps.ts';
import { plain, quoted } from '../safer/pieces.ts';
import type { PostgresParser } from '../statement.ts';
import { copiesFor } from './copies.ts';
import { impossible, type ColumnFacts, type Steps } from './facts.ts';

export interface Replacement {
  /** Quoted, with its schema where that is not `public`. */
  readonly table: string;
  readonly column: string;
  readonly facts: ColumnFacts;
}

/**
 * Rename a column while two releases know it by two names.
 *
 * A column of the new name stands beside the old one; a trigger takes every write of either to the other.
 */
export function renameColumn({ table, column, facts }: Replacement, to: string, parser: PostgresParser): Steps {
  const [from, next] = [quoted(column), quoted(to)];
  const sync = `${quoted(`fairway_sync_${plain(table)}_${plain(column)}`.slice(0, 63))}`;
  const body = `
  IF TG_OP = 'INSERT' THEN
    IF NEW.${next} IS NOT NULL THEN NEW.${from} := NEW.${next}; ELSE NEW.${next} := NEW.${from}; END IF;
  ELSIF NEW.${next} IS DISTINCT FROM OLD.${next} AND NEW.${from} IS NOT DISTINCT FROM OLD.${from} THEN
    NEW.${from} := NEW.${next};
  ELSE
    NEW.${next} := NEW.${from};
  END IF;
  RETURN NEW;
`;
  return replace({ table, column, facts }, { to, type: facts.type, value: from, sync, body, finalName: to }, parser);
}

/**
 * Give a column another type without writing the table in one go.
 *
 * The new column is filled by a trigger and a backfill, and takes the name in the contract step.
 */
export function changeType(
  { table, column, facts }: Replacement,
  type: string,
  using: string | null,
  parser: PostgresParser,
): Steps {
  const to = `${plain(column).slice(0, 50)}_fairway`;
  const from = quoted(column);
  const value = using ?? `${from}::${type}`;
  const ofNew = parser.tokens(value).some((token) => token.text === from)
    ? replaceInExpression(value, from, `NEW.${from}`, parser)
    : value;
  const sync = quoted(`fairway_sync_${plain(table)}_${plain(column)}`.slice(0, 63));
  const body = `\n  NEW.${quoted(to)} := ${ofNew};\n  RETURN NEW;\n`;
  return replace({ table, column, facts }, { to, type, value, sync, body, finalName: column }, parser);
}

function replaceInExpression(sql: string, from: string, to: string, parser: PostgresParser): string {
  const tokens = parser.tokens(sql);
  return tokens.reduceRight((text, token, i) => {
    const isColumn = token.text === from && tokens[i - 1]?.text !== '.' && tokens[i + 1]?.text !== '(';
    return isColumn ? text.slice(0, token.start) + to + text.slice(token.end) : text;
  }, sql);
}

interface Successor {
  readonly to: string;
  readonly type: string;
  /** Of the new column, from the old one. */
  readonly value: string;
  readonly sync: string;
  readonly body: string;
  readonly finalName: string;
}

function replace({ table, column, facts }: Replacement, successor: Successor, parser: PostgresParser): Steps {
  const { to, type, value, sync, body, finalName } = successor;
  if (facts.isIdentity || facts.isGenerated) return impossible(`${table}.${column} is an identity or generated column`);
  if (facts.referencedBy.length > 0)
    return impossible(`foreign keys point to ${table}.${column}: ${facts.referencedBy.join(', ')}`);
  if (facts.key === null) return impossible(`${table} has no primary key of one column, along which batches could go`);
  const copies = copiesFor(table, column, to, facts, parser);
  if ('why' in copies) return impossible(copies.why);
  const [from, next] = [quoted(column), quoted(to)];
  const swap = finalName === to ? [] : [`ALTER TABLE ${table} RENAME COLUMN ${next} TO ${quoted(finalName)}`];
  const final = quoted(finalName);
  const batch = {
    table,
    key: facts.key,
    change: `UPDATE ${table} SET ${next} = ${value}`,
    where: `${next} IS DISTINCT FROM ${value}`,
  };
  return {
    kind: 'steps',
    expand: [
      `ALTER TABLE ${table} ADD COLUMN ${next} ${type}`,
      `CREATE FUNCTION ${sync}() RETURNS trigger LANGUAGE plpgsql AS $sync$\nBEGIN${body}END\n$sync$`,
      `CREATE TRIGGER ${sync} BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${sync}()`,
      ...inBatches(batch),
      ...(facts.notNull ? notNullSteps(`ALTER TABLE ${table}`, table, to) : []),
      ...copies.expand,
    ],
    contract: [
      ...(facts.default === null ? [] : [`ALTER TABLE ${table} ALTER COLUMN ${next} SET DEFAULT ${facts.default}`]),
      `DROP TRIGGER ${sync} ON ${table}`,
      `DROP FUNCTION ${sync}()`,
      `ALTER TABLE ${table} DROP COLUMN ${from}`,
      ...swap,
      ...copies.contract,
      ...(facts.comment === null ? [] : [`COMMENT ON COLUMN ${table}.${final} IS ${literal(facts.comment)}`]),
    ],
    notes: [`${table}.${finalName} moves to the end of the table: do not rely on the order of columns.`],
  };
}

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
