import type { Level } from './level.ts';

/** The part of the configuration that decides what a release is. */
export interface ReleaseSettings {
  /** Version of the first release, `X.Y.Z`. */
  readonly initial: string;
  readonly tagPrefix: string;
  /** Level of a type beyond feat and fix; overrides the defaults of `defaultLevels`. */
  readonly types: Readonly<Record<string, Level>>;
  /** What changes mean while the version is 0.x. */
  readonly zero: { readonly breaking: 'minor' | 'major'; readonly feature: 'minor' | 'patch' };
  /** Prereleases of this kind instead of stable releases. */
  readonly channel?: 'alpha' | 'beta' | 'rc' | undefined;
}

/** Types with an effect when the configuration says nothing; every other type has none. */
export const defaultLevels: Readonly<Record<string, Level>> = {
  feat: 'minor',
  fix: 'patch',
  perf: 'patch',
  revert: 'patch',
  security: 'patch',
};
