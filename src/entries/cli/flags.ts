/** A flag as the table declares it; help, parsing and suggestions are made from it. */
export type FlagSpec = {
  /** Long name without dashes. */
  readonly name: string;
  readonly short?: string;
  /** One line, no full stop. */
  readonly about: string;
} & (
  | { readonly kind: 'switch' }
  | { readonly kind: 'text'; readonly value: string; readonly choices?: readonly string[] }
  | { readonly kind: 'number'; readonly value: string; readonly min: number; readonly max: number }
  | { readonly kind: 'list'; readonly value: string }
);

/** Understood by every command, before or after its name. */
export const globalFlags: readonly FlagSpec[] = [
  { name: 'directory', short: 'C', kind: 'text', value: 'DIR', about: 'work as if started in DIR' },
  {
    name: 'config',
    kind: 'text',
    value: 'FILE',
    about: 'configuration file (default: fairway.yml; or FAIRWAY_CONFIG)',
  },
  { name: 'env', kind: 'text', value: 'NAME', about: 'environment (default: as the file says, or FAIRWAY_ENV)' },
  { name: 'dry-run', kind: 'switch', about: 'say what would be done, and do nothing' },
  { name: 'json', kind: 'switch', about: 'one JSON document on stdout at the end, everything else on stderr' },
  { name: 'quiet', kind: 'switch', about: 'only the end, warnings and errors' },
  { name: 'verbose', kind: 'switch', about: 'also the output of every command that is run' },
  { name: 'no-color', kind: 'switch', about: 'no colours (also NO_COLOR)' },
  { name: 'help', short: 'h', kind: 'switch', about: 'show help' },
  { name: 'version', kind: 'switch', about: 'show the version' },
];

/** For commands that take the work tree as it is committed. */
export const allowDirty: FlagSpec = {
  name: 'allow-dirty',
  kind: 'switch',
  about: 'go on although the work tree has changes, which are not part of it',
};

/** For commands that follow a rollout. */
export const noWait: FlagSpec = {
  name: 'no-wait',
  kind: 'switch',
  about: 'leave the rollout to the agent and end; "fairway follow" collects its outcome',
};

/** For commands that migrate and deploy. */
export const acceptImpossible: FlagSpec = {
  name: 'accept-impossible',
  kind: 'text',
  value: 'VERSION',
  about: 'go without a way back from this very version: only with recreate, in deploy.windows, with a verified backup',
};

/** For commands that build. */
export const engine: FlagSpec = {
  name: 'engine',
  kind: 'text',
  value: 'NAME',
  choices: ['auto', 'dagger', 'docker', 'host'],
  about: 'where builds and tests run (default: as build.engine says)',
};
