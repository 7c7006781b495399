import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connection } from '@dagger.io/dagger';
import { type Answer, openSession, type Session } from './session.ts';

/** Run a piece of work with the real SDK against a session that records it; answers the queries without their leaf. */
export async function recorded(
  work: () => Promise<unknown>,
  answer?: (query: string) => Answer | null,
): Promise<readonly string[]> {
  const session = await openSession(answer);
  try {
    await inSession(session, work);
    return session.queries;
  } finally {
    await session.close();
  }
}

/** The SDK finds its engine in the environment of the process. */
export async function inSession<T>(session: Session, work: () => Promise<T>): Promise<T> {
  const home = process.cwd();
  // As in an engine: a function of the module may write where it works.
  const scratch = mkdtempSync(join(tmpdir(), 'fairway-module-'));
  process.chdir(scratch);
  process.env['DAGGER_SESSION_PORT'] = String(session.port);
  process.env['DAGGER_SESSION_TOKEN'] = session.token;
  const results: T[] = [];
  try {
    await connection(async () => void results.push(await work()));
  } finally {
    delete process.env['DAGGER_SESSION_PORT'];
    delete process.env['DAGGER_SESSION_TOKEN'];
    process.chdir(home);
    rmSync(scratch, { recursive: true, force: true });
  }
  return results[0] as T;
}

/** The chain of calls of a query as lines: `from (address: "x")`. */
export function calls(query: string | undefined): readonly string[] {
  if (query === undefined) throw new Error('there was no such query');
  return (query.match(/[a-zA-Z.]+(?: on \w+)?(?: \((?:[^()"]|"(?:[^"\\]|\\.)*")*\))?/g) ?? []).map((call) =>
    call.trim(),
  );
}
