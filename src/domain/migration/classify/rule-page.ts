import type { StatementResult } from './result.ts';
import type { Rule } from './rule.ts';

/** What a server showed of a rule's example, and of the SQL that does the same safely. */
export interface PageEvidence {
  readonly server: string;
  readonly shown: StatementResult;
  /** Each statement of the safer form, as it was judged; empty when there is none. */
  readonly safer: readonly StatementResult[];
}

/** The page of a rule: the problem, what a server showed, and what to do instead. */
export function rulePage(rule: Rule, { server, shown, safer }: PageEvidence): string {
  const { given, sql, wrapping } = rule.example;
  return [
    `# ${rule.title}`,
    '',
    `Rule \`${rule.id}\`, PostgreSQL. Class of the example: **${shown.class}**.`,
    '',
    rule.problem,
    '',
    '## Example',
    '',
    ...(given === '' ? [] : ['Given', '', ...code(given.replaceAll('; ', ';\n')), '']),
    ...(wrapping === undefined
      ? []
      : [wrapping === 'none' ? 'Run without a transaction:' : 'Run in one transaction:', '']),
    ...code(sql),
    '',
    `Seen on PostgreSQL ${server}: ${evidence(shown)}`,
    '',
    `> ${shown.reason}`,
    '',
    '## Instead',
    '',
    rule.instead,
    ...(shown.safer === null ? [] : ['', ...code(shown.safer.trimEnd()), '', saferLine(safer, server)]),
    '',
  ].join('\n');
}

const code = (sql: string): readonly string[] => ['```sql', ...`${sql.replace(/;?$/, ';')}`.split('\n'), '```'];

function evidence(one: StatementResult): string {
  if (one.scan === null) return 'it fails.';
  const parts = [
    one.lock === null
      ? 'no lock on anything that stood before'
      : `strongest lock ${one.lock} (of ${one.relations.join(', ')})`,
    one.blocks.length === 0
      ? 'a second connection can read and write'
      : `a second connection cannot ${one.blocks.join(', ')}`,
    ...(one.scan ? ['every row is read'] : []),
    ...(one.rewrite ? ['a new file is written'] : []),
    ...(one.drops.length > 0 ? [`lost: ${one.drops.join(', ')}`] : []),
  ];
  return `${parts.join('; ')}.`;
}

function saferLine(safer: readonly StatementResult[], server: string): string {
  const lines = safer.map((one) => one.class);
  return `Watched on PostgreSQL ${server} statement by statement: ${lines.join(', ')}.`;
}

/** The list of all rules, in the order of the registry. */
export function rulesIndex(rules: readonly Rule[]): string {
  const line = (rule: Rule): string =>
    `| [\`${rule.id}\`](${rule.id}.md) | ${rule.title} | ${rule.lint === undefined ? 'watched' : 'read'} |`;
  return [
    '# Migration rules',
    '',
    'What `fairway classify` says about a statement of a PostgreSQL migration. *Watched* rules speak from what a server showed while the statement ran; *read* rules from its text, and never above `review`. Accept a finding with `-- fairway: accept RULE why` right above the statement: dangerous becomes review, review a note. Those for MariaDB: [mariadb/README.md](mariadb/README.md).',
    '',
    '| rule | what it says | from |',
    '| --- | --- | --- |',
    ...rules.map(line),
    '',
  ].join('\n');
}
