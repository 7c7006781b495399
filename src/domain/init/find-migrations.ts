/** What a project's migrations are, by the names of its files. */
export interface FoundMigrations {
  /** The section of fairway.yml. */
  readonly text: string;
  readonly what: string;
  readonly why: string;
}

/** How a project brings the programs that migrate it. */
export interface MigrationPrograms {
  /** Lays the packages of Python below `packages`. */
  readonly install: readonly string[];
}

/** Prisma and Alembic are known by what their tools write; a folder of numbered SQL files by its name. */
export function findMigrations(paths: readonly string[], python: MigrationPrograms | null): FoundMigrations | null {
  const prisma = paths.find((path) => /^(.*\/)?(migrations\/migration_lock\.toml|prisma\/schema\.prisma)$/.test(path));
  if (prisma !== undefined) {
    const directory = `${prisma.replace(/\/?(migrations\/migration_lock\.toml|schema\.prisma)$/, '')}/migrations`;
    const why = `there is ${prisma}; Fairway applies the folders itself and keeps Prisma's table`;
    return { text: section('prisma', directory), what: 'tool: prisma', why };
  }
  const alembic = paths.find((path) => /^(.*\/)?alembic\.ini$/.test(path));
  if (alembic !== undefined) {
    const directory = alembic.replace(/\/?alembic\.ini$/, '') || '.';
    if (python === null) {
      const why = `there is ${alembic}; the real Alembic is run, which must be on the PATH (or say "program: poetry run alembic")`;
      return { text: section('alembic', directory), what: 'tool: alembic', why };
    }
    const up = directory === '.' ? '' : '../'.repeat(directory.split('/').length);
    const prepare = python.install.map((line) => `    - ${line}\n`).join('');
    const text = `${section('alembic', directory)}  program: python3 -m alembic\n  prepare:\n${prepare}  env: { PYTHONPATH: ${up}packages }\n`;
    const why = `there is ${alembic}; the real Alembic is run, of the packages that "prepare" installs`;
    return { text, what: 'tool: alembic', why };
  }
  const sql = paths.find((path) => /^(.*\/)?migrations\/[VU]?\d+[^/]*\.sql$/.test(path));
  if (sql === undefined) return null;
  const directory = sql.slice(0, sql.lastIndexOf('/'));
  const why = 'it holds numbered .sql files';
  return { text: `migrations:\n  directory: ${directory}\n`, what: `migrations in ${directory}`, why };
}

const section = (tool: string, directory: string): string =>
  `migrations:\n  tool: ${tool}\n  directory: ${directory}\n`;
