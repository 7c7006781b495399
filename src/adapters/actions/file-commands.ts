import { randomUUID } from 'node:crypto';
import { appendFileSync, closeSync, openSync, writeSync } from 'node:fs';

/**
 * Append `name=value` to a file of the runner (outputs, state) in the form that no value can leave.
 *
 * Throws what the file system throws; an Error when a name or value holds the delimiter, which is random.
 */
export function appendValue(file: string, name: string, value: string): void {
  const delimiter = `fairway_${randomUUID()}`;
  if (name.includes(delimiter) || value.includes(delimiter)) throw new Error('a value holds the random delimiter');
  if (/[\r\n=]|<</.test(name)) throw new Error(`not the name of an output: ${JSON.stringify(name)}`);
  appendFileSync(file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`, 'utf8');
}

/** Append a page to the summary of the step; the file must be there already, as the runner makes it. */
export function appendSummary(file: string, page: string): void {
  const descriptor = openSync(file, 'a');
  try {
    writeSync(descriptor, page, null, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
