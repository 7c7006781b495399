import type { CommandSpec } from '../command-spec.ts';
import { allowDirty } from '../flags.ts';

/** Changes of the database. */
export const database: readonly CommandSpec[] = [
  {
    name: 'classify',
    summary: 'Say how dangerous migrations are, by watching them on a throw-away database',
    operands: ['[FILES...]'],
    about:
      'Runs each statement on a copy of the schema and reports its locks, scans, rewrites and losses, and SQL that does the same safely. Needs no fairway.yml. The base schema is --schema, --database-url, or the migrations before the named ones. Dangerous or unobservable: exit code 3.',
    flags: [
      {
        name: 'database',
        kind: 'text',
        value: 'ENGINE',
        choices: ['postgres', 'mariadb'],
        about: 'the engine (default: as fairway.yml says)',
      },
      { name: 'schema', kind: 'text', value: 'FILE', about: 'a schema dump as the base' },
      {
        name: 'from-migrations',
        kind: 'text',
        value: 'DIR',
        about: 'earlier migrations as the base (default: the folder of FILES)',
      },
      {
        name: 'database-url',
        kind: 'text',
        value: 'URL',
        about: 'copy this database as the base, or its schema (MariaDB); nothing is executed in it (or env:NAME)',
      },
      {
        name: 'throw-away',
        kind: 'switch',
        about: 'the server of --database-url may be lost, though it is on another host',
      },
      {
        name: 'target-url',
        kind: 'text',
        value: 'URL',
        about: 'read sizes from this database to predict lock times (or env:NAME)',
      },
      {
        name: 'wrapping',
        kind: 'text',
        value: 'HOW',
        choices: ['fairway', 'file', 'statement', 'none'],
        about: 'what the runner puts into one transaction (default: fairway)',
      },
      { name: 'budget', kind: 'text', value: 'TIME', about: 'how long a lock may be held on the target (default: 1s)' },
      { name: 'statement-timeout', kind: 'text', value: 'TIME', about: 'for one statement on the copy (default: 5m)' },
      {
        name: 'from-command',
        kind: 'text',
        value: 'COMMAND',
        about: 'instead of FILES: what this command sends to DATABASE_URL',
      },
      {
        name: 'url-scheme',
        kind: 'text',
        value: 'SCHEME',
        about: 'scheme of that DATABASE_URL (default: postgresql, mysql)',
      },
      { name: 'static', kind: 'switch', about: 'read only, start no database' },
      { name: 'down', kind: 'switch', about: 'the down scripts among FILES, not the up scripts' },
      { name: 'sarif', kind: 'text', value: 'FILE', about: 'also write the findings as SARIF' },
      {
        name: 'fail-on',
        kind: 'text',
        value: 'CLASS',
        choices: ['dangerous', 'review', 'never'],
        about: 'class that is exit code 3 (default: dangerous)',
      },
    ],
    examples: [
      {
        line: 'fairway classify migrations/0007_prices.sql --database postgres',
        does: 'after the migrations before it',
      },
      {
        line: 'fairway classify migrations --database postgres --schema schema.sql --json',
        does: 'on a schema dump, for a script',
      },
      {
        line: 'fairway classify --from-command "alembic upgrade head" --database postgres',
        does: 'whatever a migration command does',
      },
    ],
    recorded: false,
    load: () => import('../commands/classify.ts'),
  },
  {
    name: 'plan',
    summary: 'Write the steps that make a dangerous migration safe',
    operands: ['KIND', 'FILE'],
    about:
      'KIND is expand-contract. Writes files that do what FILE does in steps which let two releases work at once, and proves each step safe on a throw-away database.',
    flags: [
      {
        name: 'database',
        kind: 'text',
        value: 'ENGINE',
        choices: ['postgres', 'mariadb'],
        about: 'the engine (default: as fairway.yml says)',
      },
      { name: 'schema', kind: 'text', value: 'FILE', about: 'a schema dump as the base' },
      {
        name: 'from-migrations',
        kind: 'text',
        value: 'DIR',
        about: 'earlier migrations as the base (default: the folder of FILE)',
      },
      {
        name: 'output',
        kind: 'text',
        value: 'DIR',
        about: 'where the steps are written (default: the folder of FILE)',
      },
    ],
    examples: [
      {
        line: 'fairway plan expand-contract migrations/0007_rename.sql --database postgres',
        does: 'write its steps beside it',
      },
    ],
    recorded: false,
    load: () => import('../commands/plan.ts'),
  },
  {
    name: 'rehearse',
    summary: 'Try the migrations on a throw-away database, with the old and the new release',
    operands: [],
    about:
      'Builds the schema that the target has, applies the new migrations, and runs the smoke checks of the old release on the new schema, then those of the new one. The target is not touched.',
    flags: [allowDirty],
    examples: [{ line: 'fairway rehearse', does: 'says whether a rollback would work' }],
    recorded: true,
    load: () => import('../commands/rehearse.ts'),
  },
  {
    name: 'migrate',
    summary: 'Apply pending migrations to the database of the environment',
    operands: ['[apply|status|down]'],
    about:
      'apply (when nothing is named) works under the lock of the environment, behind a verified backup. Files with "-- fairway: contract" wait until the release that brought them has served for deploy.bake, and are applied by the next ship or by --contract. What is applied stays applied: Fairway never runs a down migration by itself. down undoes the last ones, which may lose data, and asks first on a terminal.',
    flags: [
      allowDirty,
      { name: 'count', kind: 'number', value: 'N', min: 1, max: 1000, about: 'with down: how many (default: 1)' },
      { name: 'contract', kind: 'switch', about: 'with apply: the contract steps that waited for the bake, alone' },
      { name: 'yes', kind: 'switch', about: 'with down: do not ask' },
    ],
    examples: [
      { line: 'fairway migrate status', does: 'what is applied, what is pending, what is wrong' },
      { line: 'fairway migrate --env staging', does: 'apply it to staging' },
      { line: 'fairway migrate apply --contract', does: 'remove what only older releases used' },
      { line: 'fairway migrate down --yes', does: 'undo the last one' },
    ],
    recorded: true,
    load: () => import('../commands/migrate.ts'),
  },
];
