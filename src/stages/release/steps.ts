import type { Config } from '../../config/schema.ts';

/** What publishing will do, in order, in words that the plan and the dry run show. */
export function releaseSteps(
  tag: string,
  settings: Config['release'],
  branch: string | null,
  isOnForge: boolean,
): readonly string[] {
  const steps = ['release commit', 'candidate ref', `tag ${tag}`];
  if (branch !== null) steps.push(`branch ${branch}`);
  if (isOnForge) {
    steps.push('draft release', ...settings.assets.map(({ path }) => `asset ${path}`), 'publish release');
  }
  if (!tag.includes('-')) steps.push(...settings.floatingTags.map((kind) => `floating tag ${kind}`));
  steps.push(...settings.followers.map((workflow) => `start ${workflow}`));
  if (isOnForge && settings.comments) steps.push('comments');
  if (isOnForge && settings.labels.length > 0) steps.push(`labels ${settings.labels.join(', ')}`);
  return steps;
}
