import type { RunEvent } from '../../ports.ts';
import { runFacts } from '../summary/facts.ts';
import { jobSummary } from '../summary/job-summary.ts';
import type { FinalDocument } from './final-document.ts';
import { flightRecordPage } from './flight-record/page.ts';

/** A run in the forms in which a caller may want it, each a text. */
export interface CallReport {
  readonly outcome: string;
  readonly code: string;
  /** The final document. */
  readonly json: string;
  /** Markdown. */
  readonly summary: string;
  /** One self-contained page. */
  readonly html: string;
}

/**
 * What a run printed and recorded, read again.
 *
 * `documentText` is what `--json` printed, `eventsText` the run's events, one JSON object a line; empty for a
 * command that keeps none. Throws a plain Error when the first is no final document.
 */
export function callReport(documentText: string, eventsText: string, runId: string): CallReport {
  const document = finalDocumentOf(documentText);
  const events = eventsText.split('\n').flatMap(eventOf);
  const facts = runFacts(document, events);
  return {
    outcome: document.outcome,
    code: document.code,
    json: documentText,
    summary: jobSummary({ facts, events, report: null, runUrl: null }),
    html: flightRecordPage({ runId, startedAt: startOf(eventsText) ?? 'unknown', document, events }),
  };
}

function finalDocumentOf(text: string): FinalDocument {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new Error('the command printed no JSON document', { cause });
  }
  if (!isRecord(parsed) || typeof parsed['outcome'] !== 'string' || typeof parsed['code'] !== 'string') {
    throw new Error('what the command printed is no final document: it has no outcome and code');
  }
  return parsed as unknown as FinalDocument;
}

/** A line that was cut by a crash is left out. */
function eventOf(line: string): readonly RunEvent[] {
  const event = parsedLine(line);
  return isRecord(event) && typeof event['type'] === 'string' ? [event as unknown as RunEvent] : [];
}

function startOf(eventsText: string): string | null {
  const first = parsedLine(eventsText.split('\n', 1)[0] ?? '');
  return isRecord(first) && typeof first['at'] === 'string' ? first['at'] : null;
}

function parsedLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
