import { z } from 'zod';
import { secretReference } from '../config/values.ts';
import type { Attempt, Check } from './check.ts';
import { elsewhere } from './check.ts';
import { commonFields } from './fields.ts';
import { socketFields } from './where.ts';
import type { SqlConnection } from '../ports.ts';

const value = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const schema = z.strictObject({
  type: z.literal('sql'),
  ...commonFields,
  url: secretReference.describe('Address of the database: env:NAME or file:PATH.'),
  query: z.string().min(1).describe('One query; it runs in a transaction that can only read.'),
  equals: value.optional().describe('The first column of the first row.'),
  minRows: z.int().min(0).default(1).describe('At least so many rows.'),
  timeout: socketFields.timeout,
});

/** What a query answers; the client asks, for it knows the address. */
export const sql: Check<typeof schema> = {
  type: 'sql',
  schema,
  describe: ({ query }) => query.trim().split(/\s+/).join(' ').slice(0, 60),
  attempt: async (spec, _target, { sql: database, secrets }) => {
    if (database === undefined || secrets === undefined) return elsewhere('needs the address of the database');
    const url = await secrets.resolve(spec.url);
    let connection: SqlConnection | null = null;
    try {
      connection = await database.connect(url, { timeoutMs: spec.timeout, applicationName: 'fairway smoke' });
      await connection.query('START TRANSACTION READ ONLY');
      return judge(spec, await connection.query(spec.query));
    } catch (error) {
      return { kind: 'fail', reason: (error as Error).message };
    } finally {
      await connection?.close();
    }
  },
};

function judge(spec: z.output<typeof schema>, rows: readonly Readonly<Record<string, unknown>>[]): Attempt {
  if (rows.length < spec.minRows)
    return { kind: 'fail', reason: `${rows.length} rows, expected at least ${spec.minRows}` };
  if (spec.equals === undefined) return { kind: 'pass' };
  const first = Object.values(rows[0] ?? {})[0];
  const isEqual =
    first === spec.equals || (first !== null && spec.equals !== null && textOf(first) === String(spec.equals));
  return isEqual
    ? { kind: 'pass' }
    : { kind: 'fail', reason: `answered ${textOf(first)}, expected ${String(spec.equals)}` };
}

/** Drivers give large numbers and decimals as text: what they mean counts. */
function textOf(value: unknown): string {
  return typeof value === 'object' || value === undefined
    ? JSON.stringify(value ?? null)
    : String(value as string | number);
}
