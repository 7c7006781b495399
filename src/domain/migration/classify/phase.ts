import type { Phase } from './words.ts';

/** `-- fairway: contract` on a line of its own: the file runs after the bake. */
export function phaseOf(text: string): Phase {
  return /^--\s*fairway:\s*contract\s*$/m.test(text) ? 'contract' : 'expand';
}
