/**
 * How far a command reaches.
 *
 * `reads`: looks, runs nothing of the commit. `runs`: runs what the commit says, away from the target.
 * `touches`: changes the target, the database, the repository or the forge. `local`: of no use in a workflow.
 */
export type Reach = 'reads' | 'runs' | 'touches' | 'local';

const reaches: Readonly<Record<string, Reach>> = {
  check: 'reads',
  status: 'reads',
  changelog: 'reads',
  commits: 'reads',
  logs: 'reads',
  history: 'reads',
  smoke: 'reads',
  build: 'runs',
  test: 'runs',
  classify: 'runs',
  scan: 'runs',
  plan: 'runs',
  rehearse: 'runs',
  deploy: 'touches',
  ship: 'touches',
  migrate: 'touches',
  release: 'touches',
  rollback: 'touches',
  undo: 'touches',
  pause: 'touches',
  promote: 'touches',
  unlock: 'touches',
  resume: 'touches',
  follow: 'touches',
  watch: 'touches',
  adopt: 'touches',
  abort: 'touches',
  down: 'touches',
};

/** Verbs of `release` that only look. */
const lookingVerbs: readonly string[] = ['plan', 'explain', 'verify'];

/** Commands that nobody listed are `local`: refused everywhere in a workflow. */
export function reachOf(command: string, operands: readonly string[], isDryRun: boolean): Reach {
  const reach = Object.hasOwn(reaches, command) ? (reaches[command] ?? 'local') : 'local';
  if (reach !== 'touches') return reach;
  if (isDryRun) return 'reads';
  return command === 'release' && lookingVerbs.includes(operands[0] ?? '') ? 'reads' : 'touches';
}
