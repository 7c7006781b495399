import type { CommandSpec } from './command-spec.ts';
import { database } from './specs/database.ts';
import { delivery } from './specs/delivery.ts';
import { operation } from './specs/operation.ts';
import { scanning } from './specs/scan.ts';
import { versions } from './specs/versions.ts';

export interface CommandGroup {
  readonly title: string;
  readonly commands: readonly CommandSpec[];
}

/** The commands by what they are for, in the order of the help. A new one is an entry in its list. */
export const commandGroups: readonly CommandGroup[] = [
  { title: 'From commit to released', commands: delivery },
  { title: 'What is in it', commands: scanning },
  { title: 'Changes of the database', commands: database },
  { title: 'Versions and what changed', commands: versions },
  { title: 'What serves', commands: operation },
];

export const commands: readonly CommandSpec[] = commandGroups.flatMap((group) => group.commands);
