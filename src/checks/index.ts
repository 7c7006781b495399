import { z } from 'zod';
import type { Check } from './check.ts';
import { command } from './command.ts';
import { http } from './http.ts';
import { login } from './login.ts';
import { page } from './page.ts';
import { queue } from './queue.ts';
import { redirect } from './redirect.ts';
import { securityHeaders } from './security-headers.ts';
import { smtp } from './smtp.ts';
import { sql } from './sql.ts';
import { tcp } from './tcp.ts';
import { tls } from './tls.ts';
import { upload } from './upload.ts';
import { webhook } from './webhook.ts';

/** The registry: a new check is one file and one line in each of these two. */
export const checks: readonly Check[] = [
  http,
  page,
  tcp,
  command,
  tls,
  redirect,
  securityHeaders,
  login,
  upload,
  sql,
  queue,
  smtp,
  webhook,
] as unknown as readonly Check[];

export const checkSchema = z.discriminatedUnion('type', [
  http.schema,
  page.schema,
  tcp.schema,
  command.schema,
  tls.schema,
  redirect.schema,
  securityHeaders.schema,
  login.schema,
  upload.schema,
  sql.schema,
  queue.schema,
  smtp.schema,
  webhook.schema,
]);
