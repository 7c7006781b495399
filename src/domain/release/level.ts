/** How far a change moves the version. */
export type Level = 'none' | 'patch' | 'minor' | 'major';

const order: readonly Level[] = ['none', 'patch', 'minor', 'major'];

export const levelRank = (level: Level): number => order.indexOf(level);

export function highest(levels: Iterable<Level>): Level {
  let best: Level = 'none';
  for (const level of levels) if (levelRank(level) > levelRank(best)) best = level;
  return best;
}
