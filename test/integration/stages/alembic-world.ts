import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dialect } from '../../../src/domain/migration/dialect.ts';
import type { MigrationSet } from '../../../src/domain/migration/migration.ts';
import { alembicTool } from '../../../src/migration-tools/alembic.ts';
import type { MigrationTool, ToolPorts, ToolSettings } from '../../../src/migration-tools/tool.ts';
import type { DatabaseWorld } from '../databases/world.ts';

/** What `alembic init` writes, shortened: online and offline, the URL from its configuration. */
const envPy = `from alembic import context
from sqlalchemy import engine_from_config, pool

config = context.config

def offline():
    url = config.get_main_option("sqlalchemy.url")
    context.configure(url=url, literal_binds=True, dialect_opts={"paramstyle": "named"})
    with context.begin_transaction():
        context.run_migrations()

def online():
    connectable = engine_from_config(config.get_section(config.config_ini_section, {}), prefix="sqlalchemy.", poolclass=pool.NullPool)
    with connectable.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()

offline() if context.is_offline_mode() else online()
`;

export const drivers = { postgres: 'postgresql+psycopg', mariadb: 'mysql+pymysql' } as const;

/** A file of a revision as Alembic writes it. */
export function revision(
  id: string,
  parents: string | readonly string[] | null,
  up: readonly string[],
  down: readonly string[] = ['pass'],
): string {
  const body = (lines: readonly string[]): string => lines.map((line) => `    ${line}`).join('\n');
  const on =
    parents === null
      ? 'None'
      : typeof parents === 'string'
        ? `'${parents}'`
        : `(${parents.map((one) => `'${one}'`).join(', ')})`;
  return `"""something

Revision ID: ${id}
"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa

revision: str = '${id}'
down_revision: Union[str, Sequence[str], None] = ${on}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
${body(up)}


def downgrade() -> None:
${body(down)}
`;
}

export const first = revision(
  'aaaa11112222',
  null,
  ["op.create_table('books', sa.Column('id', sa.Integer, primary_key=True), sa.Column('title', sa.String(100)))"],
  ["op.drop_table('books')"],
);
export const second = revision(
  'bbbb11112222',
  'aaaa11112222',
  ["op.add_column('books', sa.Column('pages', sa.Integer))"],
  ["op.drop_column('books', 'pages')"],
);

export async function writeProject(
  tree: string,
  engine: Dialect['engine'],
  revisions: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(join(tree, 'alembic', 'versions'), { recursive: true });
  const ini = `[alembic]\nscript_location = %(here)s/alembic\nsqlalchemy.url = ${drivers[engine]}://nobody:secret@127.0.0.1:1/nowhere\n`;
  await writeFile(join(tree, 'alembic.ini'), ini);
  await writeFile(join(tree, 'alembic', 'env.py'), envPy);
  await writeFile(join(tree, 'alembic', 'script.py.mako'), '');
  for (const [name, text] of Object.entries(revisions)) {
    await writeFile(join(tree, 'alembic', 'versions', name), text);
  }
}

const settings: ToolSettings = {
  tool: 'alembic',
  directory: '.',
  prepare: [],
  env: {},
  commandTimeout: 60_000,
};

/** On a clean machine it lies beside the other tools from PyPI. */
export const toolPath = `${process.env['PATH'] ?? ''}:/opt/fairway-ci/bin`;

export const alembic = (ports: ToolPorts): MigrationTool =>
  alembicTool({ ...settings, env: { PATH: toolPath }, program: ['sh', '-c', 'exec alembic "$@"', 'alembic'] }, ports);

let trees = 0;

export async function alembicSet(
  world: DatabaseWorld,
  tool: MigrationTool,
  dialect: Dialect,
  revisions: Readonly<Record<string, string>>,
): Promise<MigrationSet> {
  trees += 1;
  const tree = join(world.directory, `alembic-${trees}`);
  await writeProject(tree, dialect.engine, revisions);
  return await tool.list({ tree, directory: '.', commit: '' }, dialect, world.ports.files);
}
