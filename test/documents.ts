import { z } from 'zod';
import type { FinalDocument } from '../src/domain/report/final-document.ts';
import { documentSchema } from '../src/entries/cli/document-schema.ts';
import { results } from '../src/entries/cli/results.ts';

/** Read what `--json` printed; it throws when a field of it is not what the reference says. */
export function readDocument(text: string): FinalDocument {
  const document = JSON.parse(text) as FinalDocument;
  // A command that nobody knows has an error and nothing else to tell.
  if (results[document.command] === undefined && document.exitCode === 2) return document;
  const judged = documentSchema(document.command).safeParse(document);
  if (judged.success) return document;
  throw new Error(`not as docs/reference/results.md says: ${z.prettifyError(judged.error)}`);
}
