import { EnvironmentError } from '../../errors.ts';
import type { Clock, ForgeNote } from '../../ports.ts';
import type { Call } from './request.ts';

const base = '/repos/{owner}/{repo}/issues/{issue_number}';
/** What GitHub asks for between two writes of one client. */
const pauseMs = 1_000;

/** For servers without GraphQL: two requests for each issue, one after the other. */
export async function tellOneByOne(
  { call, clock }: { readonly call: Call; readonly clock: Pick<Clock, 'sleep'> },
  issues: readonly number[],
  { marker, text, labels }: ForgeNote,
): Promise<readonly string[]> {
  const refused: string[] = [];
  for (const issue_number of issues) {
    try {
      if (text !== null && !(await isTold(call, issue_number, marker))) {
        await call(`POST ${base}/comments`, { issue_number, body: `${text}\n\n${marker}` });
        await clock.sleep(pauseMs);
      }
      if (labels.length > 0) await call(`POST ${base}/labels`, { issue_number, labels });
    } catch (error) {
      if (!(error instanceof EnvironmentError) || error.code !== 'FORGE_REFUSED') throw error;
      if (error.facts['status'] !== 404) refused.push(`#${issue_number}: ${error.message}`);
    }
  }
  return refused;
}

async function isTold(call: Call, issue_number: number, marker: string): Promise<boolean> {
  const { data } = await call(`GET ${base}/comments`, { issue_number, per_page: 100 });
  return Array.isArray(data) && data.some(({ body }: { readonly body?: string }) => body?.includes(marker) === true);
}
