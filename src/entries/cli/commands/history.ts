import { nodeFiles } from '../../../adapters/node/files.ts';
import { historyOf } from '../../../agent/history.ts';
import { durationText } from '../../../domain/analysis/words.ts';
import { labelOf } from '../../../domain/migration/migration.ts';
import type { NoReturn } from '../../../domain/rollout/no-return.ts';
import type { HistoryEntry, Scope } from '../../../domain/rollout/messages.ts';
import { existingAgent } from '../agent.ts';
import type { CommandBody, CommandContext } from '../command.ts';
import { openProject } from '../project.ts';

const defaultLimit = 20;
const headings = ['when', 'what', 'how it ended', 'took', 'who'] as const;

/** What the agent's journals tell of rollouts that are over. */
export const run: CommandBody = async (context) => {
  const { scope } = await openProject(context);
  const { limit: asked } = context.flags;
  const limit = typeof asked === 'number' ? asked : defaultLimit;
  const answer = await existingAgent(context, (agent) => agent.request({ type: 'history', ...scope, limit }));
  const { entries, noReturns = [] } = answer ?? { entries: await onDisk(context, scope, limit) };
  return {
    outcome: 'ok',
    code: 'HISTORY',
    result: { ...scope, rollouts: entries, noReturns },
    summary:
      entries.length === 0 ? [`${scope.app}/${scope.environment}: no rollout is over yet`] : table(entries, noReturns),
  };
};

/** Nothing runs, as after "fairway down": the journals are still there. */
async function onDisk(
  { stateDirectory, reporter }: CommandContext,
  scope: Scope,
  limit: number,
): Promise<readonly HistoryEntry[]> {
  const log = (text: string): void => reporter.report({ type: 'warning', text });
  return await historyOf(scope, limit, { files: nodeFiles(), log, stateDirectory });
}

function table(entries: readonly HistoryEntry[], noReturns: readonly NoReturn[]): readonly string[] {
  const told = [...entries.map(row), ...noReturns.map(noReturnRow)].toSorted(([a = ''], [b = '']) => (a < b ? 1 : -1));
  const rows = [headings, ...told];
  const widths = headings.map((_, column) => Math.max(...rows.map((cells) => (cells[column] ?? '').length)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function noReturnRow({ at, who, steps, releases }: NoReturn): readonly string[] {
  const when = at.slice(0, 19).replace('T', ' ');
  const lost = releases.length === 0 ? 'point of no return' : `no way back to ${releases.join(', ')}`;
  return [when, `contract ${steps.map(labelOf).join(', ')}`, lost, '', who];
}

function row({ kind, release, from, who, endedAt, end }: HistoryEntry): readonly string[] {
  const what = `${kind} ${from === null ? '' : `${from} -> `}${release.version}`;
  const when = endedAt.slice(0, 19).replace('T', ' ');
  return [when, what, `${end.outcome} (${end.code})`, durationText(end.durationMs), who ?? ''];
}
