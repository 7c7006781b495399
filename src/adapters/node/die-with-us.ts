import type { ProcessGroup } from './process-group.ts';
import { signalGroup } from './process-group.ts';

const groups = new Set<ProcessGroup>();

/** Kill a group when this process exits in the middle of things; answers how to let it go. */
export function dieWithUs(group: ProcessGroup): () => void {
  if (groups.size === 0) process.on('exit', killAll);
  groups.add(group);
  return () => {
    groups.delete(group);
    if (groups.size === 0) process.off('exit', killAll);
  };
}

function killAll(): void {
  for (const group of groups) signalGroup(group, 'SIGKILL');
}
