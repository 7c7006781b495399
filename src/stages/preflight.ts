import type { ReleaseSpec } from '../domain/rollout/plan.ts';
import { GateFailed } from '../errors.ts';
import type { Target, TargetContext } from '../targets/target.ts';

/**
 * Ask the target what speaks against a release, before anything is touched.
 *
 * Throws GateFailed with the code of the first reason, and all of them with the line that mends each.
 */
export async function preflight(
  release: ReleaseSpec,
  secrets: Readonly<Record<string, string>>,
  context: TargetContext,
  { target }: { readonly target: Target },
): Promise<void> {
  const refusals = (await target.preflight?.(release, secrets, context)) ?? [];
  const [first] = refusals;
  if (first === undefined) return;
  throw new GateFailed(first.code, refusals.map(({ reason }) => reason).join('\n'), {
    hint: refusals.map(({ mend }) => mend).join('\n'),
    facts: { refusals },
  });
}
