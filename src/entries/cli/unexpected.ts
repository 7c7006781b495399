import { FairwayError, type Family, InternalError, Interrupted } from '../../errors.ts';

/** After a signal these still say what happened; the others are only what the interruption broke. */
const outlastsInterruption: readonly Family[] = ['rolled-back', 'rollback-failed', 'inconclusive', 'interrupted'];

/**
 * The error that ends a command, for whatever was thrown.
 *
 * What nobody foresaw is our bug: InternalError `UNEXPECTED`, with the versions and where to report it.
 */
export function expected(thrown: unknown, signal: AbortSignal, version: string): FairwayError {
  const foreseen = thrown instanceof FairwayError ? thrown : null;
  const interruption: unknown = signal.aborted ? signal.reason : null;
  if (interruption instanceof Interrupted && (foreseen === null || !outlastsInterruption.includes(foreseen.family))) {
    return interruption;
  }
  if (foreseen !== null) return foreseen;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const versions = `fairway ${version}, Node ${process.versions.node}, ${process.platform} ${process.arch}`;
  return new InternalError('UNEXPECTED', `Fairway broke: ${message || 'no message'} (${versions}).`, {
    cause: thrown,
    hint: 'This is a bug of Fairway, not yours: run it again with --verbose and report what it says (CONTRIBUTING.md, "Reporting a bug").',
    facts: { version, node: process.versions.node, platform: `${process.platform} ${process.arch}` },
  });
}

/** Where our bug came from, for `--verbose`. */
export function stackOf(error: FairwayError): string | null {
  if (error.family !== 'internal') return null;
  const origin = error.cause instanceof Error ? error.cause : error;
  return origin.stack ?? null;
}
