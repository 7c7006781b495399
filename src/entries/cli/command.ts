import type { FairwayError } from '../../errors.ts';
import type { Outcome, Reporter } from '../../ports.ts';

export type FlagValue = boolean | string | number | readonly string[];

/** What the door hands to a command: the command line already checked, nothing of the world touched yet. */
export interface CommandContext {
  /** Sorts by time, unique, safe as a file name: `20250131-120301-3f2a91c0`. */
  readonly runId: string;
  readonly command: string;
  readonly version: string;
  readonly startedAt: Date;
  /** Absolute: `-C`, else where the command was started. */
  readonly directory: string;
  /** Absolute: `--config`, else FAIRWAY_CONFIG; null: look for the default names in `directory`. */
  readonly configFile: string | null;
  /** `--env`, else FAIRWAY_ENV; null: the default of the file. */
  readonly environment: string | null;
  /** The command's own flags by their long name; a flag that was not given is absent. */
  readonly flags: Readonly<Record<string, FlagValue>>;
  readonly positionals: readonly string[];
  readonly dryRun: boolean;
  readonly verbose: boolean;
  /** Text of the configuration whose policy goes before the file's own: that of the base branch, for a pull request. */
  readonly policy?: string;
  /** Where journals, releases and runs are kept; absolute, outside every work tree, perhaps not made yet. */
  readonly stateDirectory: string;
  /** What may be deleted at any time. */
  readonly cacheDirectory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly reporter: Reporter;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP; the second one ends the process at once. */
  readonly signal: AbortSignal;
  /** A person can answer: stdin and stderr are a terminal, and neither `--json` nor CI says otherwise. */
  readonly isTerminal: boolean;
  /** Ask for a yes on the terminal; false without one. */
  readonly ask: (question: string) => Promise<boolean>;
  /** Register a value that nothing this run prints, writes or answers may show. */
  readonly conceal: (secret: string) => void;
  /** A text for a file of this run, without what was concealed so far. */
  readonly masked: (text: string) => string;
}

/** How a command ended; the stages are collected from what it reported. */
export type CommandResult =
  | {
      readonly outcome: Outcome;
      /** Stable: `DEPLOYED`, `NOTHING_NEW`. */
      readonly code: string;
      /** The command's own part of the final document. */
      readonly result: Readonly<Record<string, unknown>>;
      /** The last lines for people, one sentence each. */
      readonly summary: readonly string[];
    }
  | {
      /** It failed, but still has something to tell; a command with nothing to tell just throws the error. */
      readonly error: FairwayError;
      readonly result: Readonly<Record<string, unknown>>;
      readonly summary?: readonly string[];
    };

export type CommandBody = (context: CommandContext) => Promise<CommandResult>;
