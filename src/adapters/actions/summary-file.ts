import { closeSync, openSync, writeSync } from 'node:fs';

/** Append a page to the summary of the step; the file must be there already, as the runner makes it. */
export function appendSummary(file: string, page: string): void {
  const descriptor = openSync(file, 'a');
  try {
    writeSync(descriptor, page, null, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
