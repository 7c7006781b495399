import { sarifPath, sarifText } from '../../report/sarif-text.ts';
import type { Classification, StatementResult } from './result.ts';
import { mariadbRuleNamed } from './mariadb/rules.ts';
import { ruleNamed } from './rules/index.ts';
import type { Class, Engine } from './words.ts';

const levels: Readonly<Record<Class, string>> = {
  safe: 'note',
  review: 'warning',
  unobserved: 'error',
  dangerous: 'error',
};

/** SARIF 2.1.0, as code scanning takes it: one result per rule of each statement that is not simply safe. */
export function sarif(classification: Classification, version: string): string {
  const told = classification.statements.filter((one) => one.class !== 'safe' || one.rules.length > 0);
  const ids = [...new Set(told.flatMap(rulesOf))].toSorted();
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'fairway classify', version, rules: ids.map((id) => describe(id, classification.engine)) },
        },
        results: told.flatMap((one) => rulesOf(one).map((id) => result(one, id))),
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const rulesOf = (one: StatementResult): readonly string[] => (one.rules.length === 0 ? [one.class] : one.rules);

function describe(id: string, engine: Engine): unknown {
  const rule = engine === 'mariadb' ? mariadbRuleNamed(id) : ruleNamed(id);
  if (rule === null) return { id };
  return {
    id,
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.problem },
    help: { text: rule.instead },
  };
}

function result(one: StatementResult, ruleId: string): unknown {
  const lines = one.sql.split('\n');
  return {
    ruleId,
    level: levels[one.class],
    message: { text: sarifText(one.safer === null ? one.reason : `${one.reason}\n\nDo it so:\n${one.safer}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: sarifPath(one.file) },
          region: { startLine: one.line, startColumn: one.column, endLine: one.line + lines.length - 1 },
        },
      },
    ],
  };
}

/** Lines that GitHub's runner turns into annotations beside the statement; what is safe has none. */
export function annotations(classification: Classification): readonly string[] {
  return classification.statements.flatMap((one) => {
    if (one.class === 'safe') return [];
    const kind = one.class === 'review' ? 'warning' : 'error';
    const end = one.line + one.sql.split('\n').length - 1;
    const place = `file=${property(one.file)},line=${one.line},endLine=${end},col=${one.column}`;
    return [`::${kind} ${place},title=${property(`Migration: ${one.class}`)}::${message(one.reason)}`];
  });
}

const message = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
