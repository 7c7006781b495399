import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { count } from '../../../domain/report/quantities.ts';
import { scanSarif } from '../../../domain/scan/sarif.ts';
import { FairwayError } from '../../../errors.ts';
import type { Scanned } from '../../../stages/scan/input.ts';
import type { CommandBody, CommandContext } from '../command.ts';
import { scanBuilt, scanNamed } from '../scan-run.ts';
import { verbOf } from '../scan-subject.ts';

/** Look for what is in a release that should not be. */
export const run: CommandBody = async (context) => {
  const verb = verbOf(context);
  const seen: Scanned[] = [];
  const onKnown = (scanned: Scanned): void => void seen.push(scanned);
  const isBuilt =
    verb === null || (verb === 'image' && context.positionals.length === 1 && context.flags['report'] === undefined);
  try {
    const scanned = isBuilt ? await scanBuilt(context, onKnown) : await scanNamed(verb, context, onKnown);
    const result = await told([scanned], context);
    return { outcome: 'ok', code: codeOf(scanned), result, summary: [summaryOf(scanned)] };
  } catch (error) {
    if (error instanceof FairwayError) return { error, result: await told(seen, context) };
    throw error;
  }
};

/** What was found is told and written whether it refuses or not. */
async function told(
  [scanned]: readonly Scanned[],
  context: CommandContext,
): Promise<Readonly<Record<string, unknown>>> {
  if (scanned === undefined) return {};
  const file = context.flags['sarif'];
  if (typeof file === 'string') {
    await writeFile(resolve(context.directory, file), context.masked(scanSarif(scanned.placed, context.version)));
  }
  return { scan: scanned.document };
}

function codeOf({ document }: Scanned): string {
  if (document.findings.length === 0) return document.notAffected.length === 0 ? 'SCAN_CLEAN' : 'SCAN_NOT_AFFECTED';
  const isWaived = document.findings.some(({ waiver }) => waiver !== null);
  return isWaived ? 'SCAN_WAIVED' : 'SCAN_PASSED';
}

function summaryOf({ document }: Scanned): string {
  const { findings, fixed, base } = document;
  const against = base.from === null ? `without a comparison (${base.why})` : `against ${base.from}`;
  if (findings.length === 0) return `nothing found, ${against}`;
  const introduced = findings.filter(({ since }) => since === 'introduced').length;
  return `${count(findings.length, 'finding')}, ${introduced} introduced and ${fixed.length} fixed, ${against}: none refuses the change`;
}
