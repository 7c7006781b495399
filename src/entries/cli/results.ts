import { z } from 'zod';

/*
 * What each command answers as `result` of its final document. Never loaded by a command: the reference and the JSON
 * Schema follow from it, and the tests hold every document that they see against it. A field that is not listed is a
 * mistake; each may be absent where a run ended before it was known.
 */

const text = (about: string) => z.string().describe(about);
const perhaps = (about: string) => z.string().nullable().describe(about);
const list = (about: string) => z.array(z.unknown()).describe(about);
const object = (about: string) => z.record(z.string(), z.unknown()).describe(about);
const count = (about: string) => z.number().int().nonnegative().describe(about);

const scope = {
  app: text('Name of the application.'),
  environment: text('Environment of fairway.yml.'),
};
const release = z
  .looseObject({ version: z.string(), commit: z.string() })
  .describe('`version` and `commit` (40 hex digits), and the typed digest as `artifact` where there is one.');
const artifact = text('Typed digest: `directory:sha256:...` or `image:sha256:...`.');
const rollout = z
  .looseObject({ outcome: z.string(), code: z.string(), message: z.string() })
  .nullable()
  .describe('How the rollout ended: `outcome`, `code`, `message`, `durationMs`, `holdMs`, `facts` with the evidence.');
const image = object('Policy findings, size and change against the last release, tags of the image.').nullable();
const scan = object('Verdict, findings by introduced, disclosed and waived, age of the database.');
const migrations = list('Migrations with version, name and checksum.');

const rehearsal = {
  rollback: z.enum(['proven', 'code-only', 'impossible', 'first']).describe('What a rollback is known to do.'),
  step: perhaps('The step that decided it.'),
  reason: text('One sentence.'),
  broken: object('The query of a release that the server refused, and the statement that broke it.').nullable(),
  query: perhaps('That query.'),
  sqlState: perhaps("The server's code."),
  guilty: perhaps('`migrations/0004_a.sql:3:1`.'),
  advice: perhaps('What to do instead.'),
  failedCheck: object('The smoke check that failed: `name`, `reason`.').nullable(),
  migrations: list('What was applied, with durations in ms.'),
  statements: list('Every statement with its lock, duration in ms, and what it did.'),
  problems: list('What is odd about the migrations, with severity.'),
  differences: list('How a run of the down migrations left the database; null: none was tried.').nullable(),
  steps: list('Every step with outcome and duration in ms.'),
  server: text('Name and version of the database server.'),
  evidence: object('What the result is bound to: digests, checksums, base schema.'),
};

const tests = object('What was read of the reports: totals, failed tests, coverage.');
const record = text('Path of the flight record, one HTML page, when traffic moved.');
const measured = list('Each statement that was applied: measured and predicted ms.');

const delivery = {
  release,
  previous: release.nullable().describe('What served before; null: nothing.'),
  artifact,
  image,
  scan,
  rehearsal: z.looseObject({}).nullable().describe('As `rehearse` answers; null: nothing was rehearsed.'),
  rollout,
  tests,
  measured,
  documents: list('Paths of the bills of materials and of the provenance.'),
  sbom: perhaps('Path of the bill of materials.'),
  url: perhaps('Where the environment answers.'),
  applied: migrations,
  backup: object('The backup that was made and proven before migrations.'),
};

const plan = {
  current: perhaps('The last release of the line.'),
  next: perhaps('The version that would be released; null: nothing to release.'),
  level: z.enum(['major', 'minor', 'patch', 'none']),
  line: text('`main` or a maintenance line.'),
  commits: list('`sha`, `header`, `type`, `scope`, `breaking`, `level`, `rule`, `why`, `cancelledBy`, `twinOf`.'),
  notes: text('Release notes in Markdown.'),
  files: list('Files that would be written.'),
  steps: list('Steps of the publication, in order.'),
  planDigest: text('`sha256:...`: two plans with one digest make the same commit, tag and notes.'),
  kind: text('`release`, `released` or `nothing`.'),
  tag: perhaps('Tag of the release.'),
  head: text('Commit that was looked at.'),
  remarks: list('What is worth knowing, one sentence each.'),
};

const dryRun = {
  record,
  ...scope,
  version: text('With --dry-run: what would be deployed.'),
  commit: text('With --dry-run: what would be built.'),
  level: text('With --dry-run: `major`, `minor`, `patch` or `none`.'),
  tag: perhaps('Tag that was published, or would be; null: none.'),
  pendingMigrations: list('With --dry-run: names of what would be applied.'),
  strategy: text('With --dry-run: `canary`, `blue-green` ...'),
  steps: list('With --dry-run: weights in percent.'),
  planDigest: text('With --dry-run: as of `release plan`.'),
};

const prepared = {
  version: text('Version.'),
  commit: text('The release commit.'),
  parent: text('The commit that it releases.'),
};

const published = {
  branch: z.unknown().describe('What came of the branch.'),
  floating: list('Floating tags that moved.'),
  url: perhaps('Page of the release.'),
  assets: list('Names of its assets.'),
};

const verified = {
  checked: list('What was looked at and found right.'),
  wrong: list('What is wrong.'),
};

/** By command; a command with several forms answers the fields of the one that was asked for. */
export const results: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>> = {
  check: {
    file: text('Absolute path of the configuration.'),
    ...scope,
    environments: list('Environments of the file.'),
    config: object('Everything resolved; durations in ms, sizes in bytes.'),
  },
  build: { release, artifact, location: text('Where it lies, or how the engine names it.'), image },
  test: { release, artifact, image, tests },
  scan: { scan },
  classify: {
    engine: text('`postgres` or `mariadb`.'),
    mode: z.enum(['observed', 'static']).describe('static: from the text alone.'),
    server: perhaps('Version of the server that was watched.'),
    class: z.enum(['safe', 'review', 'dangerous', 'unobserved']).describe('The worst of the statements.'),
    statements: list(
      '`file`, `line`, `column`, `sql`, `class`, `lock`, `algorithm`, `relations`, `blocks`, `scan`, `rewrite`, `drops`, `rows`, `ms`, `predictedMs`, `rules`, `reason`, `safer`.',
    ),
  },
  plan: {
    original: object('The file as it is, classified.'),
    files: list('The safe steps: `path`, `text`.'),
    proof: object('The steps, classified again.'),
  },
  rehearse: { ...rehearsal, release, artifact },
  migrate: {
    ...scope,
    applied: list('What is applied; after `apply`, what this run applied.'),
    pending: list('Names of what is not.'),
    waiting: list('Contract steps that wait for a bake: `migration`, `why`.'),
    problems: list('What is odd, with severity.'),
    measured,
    undone: list('What `down` took back.'),
    count: count('With --dry-run of `down`: how many it would take back.'),
  },
  deploy: { ...delivery, ...dryRun },
  ship: { ...delivery, ...dryRun },
  smoke: {
    ...scope,
    url: text('What was checked.'),
    verdict: text('`pass`, `fail` or `inconclusive`.'),
    checks: list('Each check: `name`, `kind`, `reason`, duration in ms.'),
  },
  release: { ...plan, ...prepared, ...published, ...verified },
  changelog: {
    versions: list('Versions that it tells of.'),
    text: text('Markdown.'),
    file: text('Where it was written.'),
  },
  commits: {
    checked: count('Messages.'),
    failed: count('Messages that break a rule.'),
    messages: list('Each message with its problems.'),
  },
  status: {
    ...scope,
    url: perhaps('Where the environment answers.'),
    stable: release.nullable().describe('What serves; null: nothing.'),
    rollout: object(
      'What is under way: `release`, `phase`, `weightPercent`, `requests`, `errors`, `startedAt`.',
    ).nullable(),
    lock: object('`owner` and `since`.').nullable(),
    processes: list('Every process with its kind and state.'),
    watch: object('As `watch` answers.').nullable(),
    isClosed: z.boolean().describe('The maintenance page is shown.'),
    noReturns: list('Contract steps behind which there is no way back.'),
    hosts: list('With several hosts: what each serves.'),
    releases: list('Releases that are kept.'),
  },
  history: {
    ...scope,
    rollouts: list('Those that are over, the last one first.'),
    noReturns: list('Contract steps that were applied.'),
  },
  follow: {
    ...scope,
    record,
    rollout: object('Its end, or with --no-wait what is under way.').nullable(),
    tag: text('Tag that was published now.'),
  },
  watch: {
    ...scope,
    watch: object('`version`, `since`, `until`, `seen`, `doubts`, `end`.').nullable(),
    version: text('What is watched.'),
    until: text('ISO 8601.'),
  },
  resume: {
    ...scope,
    record,
    rollout,
    published: object('What was published of a release that was promoted.').nullable(),
  },
  abort: { ...scope, record, rollout },
  pause: {
    ...scope,
    rolloutId: text('What waits.'),
    weightPercent: count('Its share meanwhile.'),
    until: text('ISO 8601: when it goes back by itself.'),
  },
  promote: { ...scope, record, rollout, rolloutId: text('What goes on.'), tag: text('Tag that was published.') },
  rollback: {
    ...scope,
    record,
    from: perhaps('What served before.'),
    release,
    kept: list('With --dry-run: releases that could serve again.'),
    rollout,
  },
  undo: { ...scope, record, from: perhaps('What served before.'), release, rollout },
  adopt: {
    ...scope,
    container: text('Name of the container.'),
    version: text('Under which it is known.'),
    artifact,
    url: text('Where it is served, too.'),
  },
  unlock: { ...scope, owner: object('Who held the lock.').nullable(), since: text('ISO 8601.') },
  down: { ...scope, releases: list('Versions that were stopped.') },
  logs: { ...scope, release, processes: list('`process` and its last `lines`.') },
  init: { files: list('What was written.') },
  completion: { shell: text('`bash`, `zsh` or `fish`.'), script: text('What the shell reads.') },
  agent: {},
};
