import type { CommandBody } from './command.ts';
import type { FlagSpec } from './flags.ts';

/** One command, declared: parsing, help and suggestions follow from it; its code is loaded when it runs. */
export interface CommandSpec {
  readonly name: string;
  /** One line, no full stop. */
  readonly summary: string;
  /** Names of positional arguments as help shows them; `[X]` may be left out. */
  readonly operands: readonly string[];
  /** What the summary cannot say; one paragraph. */
  readonly about: string;
  readonly flags: readonly FlagSpec[];
  readonly examples: readonly { readonly line: string; readonly does: string }[];
  /** Its events are kept below the state directory. */
  readonly recorded: boolean;
  load(): Promise<{ readonly run: CommandBody }>;
}
