import { z } from 'zod';
import type { DatabasePlugin } from './database.ts';
import { postgres } from './postgres.ts';

/** The registry: a new engine is one file and one line in each of these two. */
export const databases: readonly DatabasePlugin[] = [postgres] as unknown as readonly DatabasePlugin[];

export const databaseSchema = z.discriminatedUnion('type', [postgres.schema]);
