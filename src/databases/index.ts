import { z } from 'zod';
import type { DatabasePlugin } from './database.ts';
import { mariadb } from './mariadb.ts';
import { postgres } from './postgres.ts';

/** The registry: a new engine is one file and one line in each of these two. */
export const databases: readonly DatabasePlugin[] = [postgres, mariadb] as unknown as readonly DatabasePlugin[];

export const databaseSchema = z.discriminatedUnion('type', [postgres.schema, mariadb.schema]);
