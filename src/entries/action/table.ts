/** Inputs and outputs of the Action: `action.yml`, the reference and the parser follow from these lists. */

interface InputBase {
  readonly name: string;
  /** One or two sentences. */
  readonly about: string;
}

export type InputSpec = InputBase &
  (
    | { readonly kind: 'text'; readonly isRequired?: true; readonly default?: string }
    | { readonly kind: 'switch'; readonly default?: 'true' }
    /** One per line; `#` begins a comment; quotes keep blanks and `#`. */
    | { readonly kind: 'lines'; readonly choices: readonly string[]; readonly default: readonly string[] }
    | { readonly kind: 'yaml-list' }
  );

export const reports = ['summary', 'annotations', 'comment', 'deployment', 'issue', 'code-scanning'] as const;

export const inputs = [
  {
    name: 'command',
    kind: 'text',
    isRequired: true,
    about: 'What to do: check, build, test, rehearse, migrate, deploy, ship, release, rollback, status ...',
  },
  {
    name: 'args',
    kind: 'yaml-list',
    about: 'Further arguments and flags of the command, as a YAML list. Each item is one argument, whatever is in it.',
  },
  { name: 'environment', kind: 'text', about: 'Environment of fairway.yml. Default: the one that the file names.' },
  { name: 'config', kind: 'text', about: 'Configuration file, relative to working-directory. Default: fairway.yml.' },
  {
    name: 'working-directory',
    kind: 'text',
    about: 'Folder of the project, relative to the workspace. Default: the workspace.',
  },
  { name: 'dry-run', kind: 'switch', about: 'true: say what would be done, and do nothing.' },
  {
    name: 'wait',
    kind: 'switch',
    default: 'true',
    about:
      'false: hand the rollout over to the agent and end; "command: follow" in a later or scheduled job reports its end.',
  },
  { name: 'verbose', kind: 'switch', about: 'true: also the output of every program that is run.' },
  {
    name: 'token',
    kind: 'text',
    default: '${{ github.token }}',
    about: 'For releases, comments, deployments and issues. Kept from the programs that the project runs.',
  },
  {
    name: 'dagger-version',
    kind: 'text',
    about:
      'The command line of Dagger to fetch for --engine=dagger, such as v0.21.8: from the tool cache when it is there, and only with a known checksum. One that Fairway does not know is written as v1.2.3@sha256:... Default: what the runner has.',
  },
  { name: 'cloud-token', kind: 'text', about: 'Token of Dagger Cloud, for its traces.' },
  {
    name: 'report',
    kind: 'lines',
    choices: [...reports, 'none'],
    default: ['summary', 'annotations', 'comment', 'deployment'],
    about:
      'What the run writes to GitHub, one per line: summary, annotations, comment (on pull requests), deployment, issue (after a rollback, or about what a scan of a released version found), code-scanning (what classify and scan find), or none.',
  },
] as const satisfies readonly InputSpec[];

export type InputName = (typeof inputs)[number]['name'];

export const outputs = [
  {
    name: 'outcome',
    about: 'ok, planned, running, refused, rolled-back, rollback-failed, inconclusive, locked, interrupted or error.',
  },
  { name: 'code', about: 'The stable code of the outcome, such as RELEASED or CANARY_ERROR_RATE.' },
  { name: 'exit-code', about: 'What the command line would have ended with: 0, or 1 to 8, or 130.' },
  { name: 'version', about: 'Version that was planned, deployed or released.' },
  { name: 'commit', about: 'Commit that was built: with ship, the release commit.' },
  { name: 'released', about: 'true when this run released the version.' },
  { name: 'tag', about: 'Tag of the release.' },
  { name: 'artifact', about: 'Typed digest of what was built: directory:sha256:... or image:sha256:...' },
  { name: 'image', about: 'The digest, when the artifact is an image.' },
  { name: 'verdict', about: 'pass, fail or inconclusive: what the evidence said about the rollout.' },
  { name: 'rolled-back', about: 'true when traffic was returned to the release before.' },
  { name: 'migration-class', about: 'safe, review, dangerous or unobserved: the worst statement of classify.' },
  { name: 'rollback', about: 'proven, code-only, impossible or first: what the rehearsal found.' },
  { name: 'report', about: 'Path of the whole result as JSON.' },
  { name: 'record', about: 'Path of the flight record, one HTML page, when traffic moved.' },
  { name: 'url', about: 'Where the release serves.' },
  { name: 'sbom', about: 'Path of the bill of materials of a released artifact, CycloneDX before SPDX.' },
] as const;

export type OutputName = (typeof outputs)[number]['name'];
