import type { StatementResult } from '../result.ts';
import type { MariadbRule } from './rule.ts';

/** What a server showed of a rule's example, and of the SQL that does the same without harm. */
export interface MariadbEvidence {
  /** `10.11`. */
  readonly server: string;
  readonly shown: StatementResult;
  /** Null where no SQL does it without harm. */
  readonly safer: StatementResult | null;
}

/** The page of a rule for MariaDB: the problem, what a server showed, and what to do instead. */
export function mariadbRulePage(rule: MariadbRule, { server, shown, safer }: MariadbEvidence): string {
  const { given, sql, safer: text } = rule.example;
  return [
    `# ${rule.title}`,
    '',
    `Rule \`${rule.id}\`, MariaDB. Class of the example: **${shown.class}**.`,
    '',
    rule.problem,
    '',
    '## Example',
    '',
    'Given',
    '',
    ...code(given),
    '',
    ...code(sql),
    '',
    `Seen on MariaDB ${server}: ${evidence(shown)}`,
    '',
    `> ${shown.reason}`,
    '',
    '## Instead',
    '',
    rule.instead,
    ...(safer === null || text === undefined
      ? []
      : ['', ...code(text), '', `Seen on MariaDB ${server}: ${evidence(safer)} Class: **${safer.class}**.`]),
    '',
  ].join('\n');
}

const code = (sql: string): readonly string[] => ['```sql', ...`${sql.replaceAll('; ', ';\n')};`.split('\n'), '```'];

function evidence(one: StatementResult): string {
  const parts = [
    one.algorithm === null
      ? 'there is nothing to ask the server'
      : `the kindest that the server accepts is \`ALGORITHM=${one.algorithm}, LOCK=${one.lock}\``,
    one.blocks.length === 0 ? 'others can read and write' : `others cannot ${one.blocks.join(', ')}`,
    ...(one.scan === true ? ['every row is read'] : []),
    ...(one.rewrite === true ? ['the table is made anew'] : []),
    ...(one.drops.length > 0 ? [`lost: ${one.drops.join(', ')}`] : []),
  ];
  return `${parts.join('; ')}.`;
}

/** The list of all rules for MariaDB, in the order of the registry. */
export function mariadbRulesIndex(rules: readonly MariadbRule[]): string {
  return [
    '# Migration rules for MariaDB',
    '',
    'What `fairway classify --database mariadb` says about a statement. The server itself is asked, on a throw-away copy of the real table, for the kindest ALGORITHM and LOCK that it accepts, and whether it kept its word. Accept a finding with `-- fairway: accept RULE why` right above the statement: dangerous becomes review, review a note.',
    '',
    '| rule | what it says |',
    '| --- | --- |',
    ...rules.map((rule) => `| [\`${rule.id}\`](${rule.id}.md) | ${rule.title} |`),
    '',
  ].join('\n');
}
