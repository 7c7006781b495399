import type { Dialect } from '../../domain/migration/dialect.ts';

/** Prisma's own table, and how its engines write the parts that differ. */
export interface PrismaTable {
  readonly name: string;
  readonly create: string;
  /** The n-th parameter. */
  readonly value: (n: number) => string;
  readonly now: string;
  /** A new identifier. */
  readonly id: string;
  readonly noSuchTable: string;
}

const tables: Readonly<Record<Dialect['engine'], PrismaTable>> = {
  postgres: {
    name: '"_prisma_migrations"',
    create: `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
      "id" VARCHAR(36) PRIMARY KEY NOT NULL,
      "checksum" VARCHAR(64) NOT NULL,
      "finished_at" TIMESTAMPTZ,
      "migration_name" VARCHAR(255) NOT NULL,
      "logs" TEXT,
      "rolled_back_at" TIMESTAMPTZ,
      "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
      "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`,
    value: (n) => `$${n}`,
    now: 'clock_timestamp()',
    id: 'gen_random_uuid()::text',
    noSuchTable: '42P01',
  },
  mariadb: {
    name: '`_prisma_migrations`',
    create: `CREATE TABLE IF NOT EXISTS \`_prisma_migrations\` (
      id VARCHAR(36) PRIMARY KEY NOT NULL,
      checksum VARCHAR(64) NOT NULL,
      finished_at DATETIME(3),
      migration_name VARCHAR(255) NOT NULL,
      logs TEXT,
      rolled_back_at DATETIME(3),
      started_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
      applied_steps_count INTEGER UNSIGNED NOT NULL DEFAULT 0) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`,
    value: () => '?',
    now: 'CURRENT_TIMESTAMP(3)',
    id: 'UUID()',
    noSuchTable: '1146',
  },
};

export function prismaTable({ engine }: Pick<Dialect, 'engine'>): PrismaTable {
  return tables[engine];
}
