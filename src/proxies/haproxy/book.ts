import { z } from 'zod';
import type { Files } from '../../ports.ts';
import type { HaproxyFiles } from './layout.ts';

const appSchema = z.object({
  /** Its place: `a1`. */
  name: z.string(),
  /** Whose it is. */
  directory: z.string(),
  /** Names of hosts in lower case; none: all that no other application claims. */
  hosts: z.array(z.string()),
  settings: z.object({
    responseTimeoutMs: z.number(),
    tunnelTimeoutMs: z.number(),
    releaseHeader: z.boolean(),
    sticky: z.boolean(),
    testers: z.boolean(),
    redirect: z.boolean(),
  }),
  /** Files below `tls/`. */
  certificates: z.array(z.string()),
  stable: z.object({ releaseId: z.string(), address: z.string(), slot: z.string() }).nullable(),
  /** Shown instead of the application. */
  page: z.string().nullable(),
});

const bookSchema = z.object({
  address: z.string(),
  port: z.number(),
  tlsPort: z.number().nullable(),
  apps: z.array(appSchema),
});

export type AppEntry = Readonly<z.output<typeof appSchema>>;
export type AppSettings = AppEntry['settings'];

/** What one HAProxy must know to come back right: the only input of its configuration. */
export interface Book {
  readonly address: string;
  readonly port: number;
  readonly tlsPort: number | null;
  readonly apps: readonly AppEntry[];
}

/** Nothing is guessed from a book that cannot be read: then applications enter again, one by one. */
export async function readBook(paths: HaproxyFiles, files: Files): Promise<Book | null> {
  if (!(await files.exists(paths.book))) return null;
  try {
    return bookSchema.parse(JSON.parse(await files.readText(paths.book)));
  } catch {
    return null;
  }
}

export async function writeBook(book: Book, paths: HaproxyFiles, files: Files): Promise<void> {
  await files.writeAtomic(paths.book, `${JSON.stringify(book, null, 2)}\n`, 0o600);
}

export function withApp(book: Book, app: AppEntry): Book {
  const others = book.apps.filter(({ name }) => name !== app.name);
  return { ...book, apps: [...others, app].toSorted((a, b) => Number(a.name.slice(1)) - Number(b.name.slice(1))) };
}
