import { z } from 'zod';
import type { Check } from './check.ts';
import { http } from './http.ts';
import { page } from './page.ts';

/** The registry: a new check is one file and one line in each of these two. */
export const checks: readonly Check[] = [http, page] as unknown as readonly Check[];

export const checkSchema = z.discriminatedUnion('type', [http.schema, page.schema]);
