import { createInterface } from 'node:readline/promises';
import { harmless } from '../../domain/report/harmless.ts';

/** Ask for a yes on the terminal; anything else, and a signal, is a no. */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`${harmless(question)} [y/N] `, { signal });
    return /^y(es)?$/i.test(answer.trim());
  } catch {
    return false;
  } finally {
    terminal.close();
  }
}
