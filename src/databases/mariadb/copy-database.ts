import type { Argv } from '../../ports.ts';
import type { DatabasePorts } from '../database.ts';
import { mariadbTrouble } from './server.ts';

const copyTimeoutMs = 30 * 60_000;

export interface CopyServer {
  readonly directory: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/**
 * Fill an empty database with everything that another one of the same server holds: MariaDB has no templates.
 *
 * Throws EnvironmentError `TOOL_MISSING` without the client programs, `MARIADB_FAILED`.
 */
export async function copyDatabase(from: string, to: string, server: CopyServer, ports: DatabasePorts): Promise<void> {
  const file = `${server.directory}/copy-${ports.random(6)}.sql`;
  const where = [
    '--no-defaults',
    '--protocol=tcp',
    '--host=127.0.0.1',
    `--port=${server.port}`,
    `--user=${server.user}`,
  ];
  const run = async (argv: Argv): Promise<void> => {
    const result = await ports.exec.run({ argv, env: { MYSQL_PWD: server.password }, timeoutMs: copyTimeoutMs });
    if (result.exitCode !== 0) throw mariadbTrouble(`copying ${from} to ${to}`, result.stderr, server.directory);
  };
  try {
    await run(['mariadb-dump', ...where, ...dumpEverything, `--result-file=${file}`, from]);
    await run(['mariadb', ...where, '--default-character-set=utf8mb4', `--execute=source ${file}`, to]);
  } finally {
    await ports.files.remove(file);
  }
}

/** Options with which a dump holds all of a database, as of one moment. */
export const dumpEverything = [
  '--default-character-set=utf8mb4',
  '--single-transaction',
  '--routines',
  '--triggers',
  '--events',
  '--hex-blob',
  '--skip-comments',
  '--no-tablespaces',
];
