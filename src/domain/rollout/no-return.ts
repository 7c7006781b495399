/** A step of the schema that removes what older releases need. */
export interface ContractStep {
  readonly version: string;
  readonly name: string;
}

/** From then on the releases that need the old schema can no longer be returned to. */
export interface NoReturn {
  /** ISO 8601. */
  readonly at: string;
  /** Who held the lock. */
  readonly who: string;
  readonly runId: string;
  readonly steps: readonly ContractStep[];
  /** Versions of the releases that were kept then and need what the steps remove. */
  readonly releases: readonly string[];
}

/** Versions of the contract steps in the tree of a release: it lives without what they remove. */
interface KnowsSteps {
  readonly contracts?: readonly string[] | undefined;
}

/** The record that stands between here and a release, or null when it can be returned to. */
export function barrierTo(release: KnowsSteps, records: readonly NoReturn[]): NoReturn | null {
  return records.find(({ steps }) => steps.some((step) => !knows(release, step))) ?? null;
}

/** Versions of those releases that steps leave behind. */
export function leftBehind(
  releases: readonly (KnowsSteps & { readonly version: string })[],
  steps: readonly ContractStep[],
): readonly string[] {
  return releases.filter((release) => steps.some((step) => !knows(release, step))).map(({ version }) => version);
}

function knows({ contracts }: KnowsSteps, { version }: ContractStep): boolean {
  return contracts?.includes(version) ?? false;
}
