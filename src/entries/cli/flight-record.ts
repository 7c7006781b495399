import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FinalDocument } from '../../domain/report/final-document.ts';
import type { RunEvent } from '../../ports.ts';
import type { CommandContext } from './command.ts';

/** Write the page of a run that moved traffic beside its events; answers its path. Never stops a run. */
export async function writeFlightRecord(
  { stateDirectory, runId, startedAt }: CommandContext,
  document: FinalDocument,
  events: readonly RunEvent[],
  onTrouble: (text: string) => void,
): Promise<string | null> {
  if (!events.some(({ type }) => type === 'rollout')) return null;
  const path = join(stateDirectory, 'runs', runId, 'record.html');
  try {
    const { flightRecordPage } = await import('../../domain/report/flight-record/page.ts');
    await writeFile(path, flightRecordPage({ runId, startedAt: startedAt.toISOString(), document, events }), {
      mode: 0o600,
    });
    return path;
  } catch (error) {
    onTrouble(`the flight record could not be written: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}
