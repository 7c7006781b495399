import { openRepository } from '../../adapters/git/repository.ts';
import { reportScanner } from '../../adapters/scanner/from-report.ts';
import type { Config } from '../../config/schema.ts';
import { scanError } from '../../domain/scan/conclude.ts';
import { FairwayError } from '../../errors.ts';
import type { Repository, Scanner, ScanSubject } from '../../ports.ts';
import { planRelease } from '../../stages/release.ts';
import { scan } from '../../stages/scan.ts';
import { scanArtifact } from '../../stages/scan/artifact.ts';
import type { ScanBase, ScanInput, Scanned, ScanSettings, Sources } from '../../stages/scan/input.ts';
import { sourcesOf } from '../../stages/scan/sources.ts';
import { inspectSource } from '../../stages/source.ts';
import { resolve } from 'node:path';
import { existingAgent, statusOf } from './agent.ts';
import type { CommandContext } from './command.ts';
import { buildHead } from './commands/build.ts';
import { openWorkshop, type Workshop } from './delivery.ts';
import { openProject, type Project } from './project.ts';
import { configurationIfAny, scanSettings } from './scan-settings.ts';
import { askedBase, lookOf, namedSubject, treeBase, type Verb } from './scan-subject.ts';
import { openScanner, openScans } from './scanner.ts';
import { openWorld, sweep, type World } from './world.ts';

type OnKnown = ScanInput['onKnown'];

/** Build what would be deployed and scan it against what serves. */
export async function scanBuilt(context: CommandContext, onKnown: OnKnown): Promise<Scanned> {
  const project = await openProject(context);
  const workshop = await openWorkshop(project);
  const status = await existingAgent(context, (agent) => statusOf(agent, project.scope));
  const settings = scanSettings(context, project.config);
  const { version, commit, artifact } = await buildHead(context, project, workshop);
  const scanner = withReport(context, workshop.scanner, project.world);
  return await inScratch(project.world, async (folder) => {
    const asked = await askedBase(context, project.world, { repository: workshop.repository, folder });
    await writeSbom(workshop.scans.subjectOf(artifact), settings, context, workshop.scanner);
    return await scanArtifact(
      {
        settings,
        build: project.config.build,
        source: { version, commit },
        artifact,
        stable: status?.stable ?? null,
        bases: asked === null ? await releasedBase(project, commit, status?.stable ?? null, workshop) : [asked],
        signal: context.signal,
        onKnown,
      },
      { ...workshop, scanner },
    );
  });
}

/** Where nothing serves that this machine knows of, as in a CI job: the SBOM of the last release, from its registry. */
async function releasedBase(
  { config }: Pick<Project, 'config'>,
  commit: string,
  stable: unknown,
  { scans, repository }: Pick<Workshop, 'scans' | 'repository'>,
): Promise<readonly ScanBase[]> {
  if (stable !== null || scans.attached === null) return [];
  const { current } = await planRelease(config.release, { commit }, repository);
  return current === null ? [] : [await scans.attached(current)];
}

/** Scan what the command line names, or the tree of the commit that is checked out. */
export async function scanNamed(verb: Verb, context: CommandContext, onKnown: OnKnown): Promise<Scanned> {
  const loaded = await configurationIfAny(context);
  const directory = loaded?.directory ?? context.directory;
  const world = openWorld(context, directory);
  await sweep(context);
  const named = await namedSubject(verb, context, world);
  const repository = await repositoryIfAny(context, directory, named === null);
  const settings = lookOf(verb, scanSettings(context, loaded?.config ?? null));
  const own = openScanner(context, world);
  return await inScratch(world, async (folder) => {
    const tree = named === null && repository !== null ? await headTree(context, repository, `${folder}/tree`) : null;
    const subject = named ?? { kind: 'directory' as const, path: tree?.path ?? directory };
    const base = await baseOf(context, world, {
      verb,
      tree,
      repository,
      config: loaded?.config ?? null,
      folder: `${folder}/base`,
    });
    await writeSbom(subject, settings, context, own);
    return await scan(
      {
        settings,
        directory,
        subject,
        title:
          tree === null
            ? `${verb} ${String(context.positionals[1] ?? '')}`.trim()
            : `the tree of ${tree.commit.slice(0, 7)} (${verb})`,
        sources: await sourcesFor(tree?.commit ?? null, verb, loaded?.config ?? null, repository),
        bases: base === null ? [] : [base],
        firstSeen: new Map(),
        signal: context.signal,
        onKnown,
      },
      { ...world, scanner: withReport(context, own, world) },
    );
  });
}

interface HeadTree {
  readonly path: string;
  readonly commit: string;
}

async function headTree(context: CommandContext, repository: Repository, path: string): Promise<HeadTree> {
  const { commit } = await inspectSource(repository, context.flags['allow-dirty'] === true);
  await repository.exportTree(commit, path);
  return { path, commit };
}

/** What `--base` names; for a tree without it, that of the last release. */
async function baseOf(
  context: CommandContext,
  world: World,
  {
    verb,
    tree,
    repository,
    config,
    folder,
  }: {
    readonly verb: Verb;
    readonly tree: HeadTree | null;
    readonly repository: Repository | null;
    readonly config: Config | null;
    readonly folder: string;
  },
): Promise<ScanBase | null> {
  const asked = await askedBase(context, world, { repository, folder });
  if (asked !== null || repository === null || config === null) return asked;
  if (tree === null) return verb === 'image' ? await imageBase(context, repository) : null;
  const { previousTag } = await planRelease(config.release, { commit: tree.commit }, repository);
  const commit = previousTag === null ? null : await repository.resolve(`refs/tags/${previousTag}^{commit}`);
  if (commit === null || previousTag === null)
    return { kind: 'none', why: 'there is no released version before this commit' };
  return await treeBase(previousTag, commit, repository, folder);
}

/** For an image that was named, what the registry has of the last release. */
async function imageBase(context: CommandContext, repository: Repository): Promise<ScanBase | null> {
  const project = await openProject(context);
  const commit = (await repository.head())?.commit;
  const found =
    commit === undefined ? [] : await releasedBase(project, commit, null, { ...openScans(project), repository });
  return found[0] ?? null;
}

const noSources: Sources = { files: [], dockerfile: 'Dockerfile', prefix: '', root: '' };

/** Where a finding can be shown: in the commit, for its own tree or an image that was made from it. */
async function sourcesFor(
  commit: string | null,
  verb: Verb,
  config: Config | null,
  repository: Repository | null,
): Promise<Sources> {
  const shown = commit ?? (verb === 'image' || verb === 'sbom' ? ((await repository?.head())?.commit ?? null) : null);
  if (shown === null || repository === null) return noSources;
  const { dockerfile, output } = config?.build ?? { dockerfile: 'Dockerfile', output: '.' };
  return { ...(await sourcesOf(shown, { dockerfile, output }, repository)), root: '' };
}

async function repositoryIfAny(
  context: CommandContext,
  directory: string,
  isNeeded: boolean,
): Promise<Repository | null> {
  try {
    return await openRepository(directory, context.env);
  } catch (error) {
    if (isNeeded || !(error instanceof FairwayError)) throw error;
    return null;
  }
}

async function inScratch<T>({ orphans, files }: World, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = orphans.scratch('scan');
  await files.makeDirectory(folder, 0o700);
  try {
    return await work(folder);
  } finally {
    await files.remove(folder);
  }
}

function withReport(context: CommandContext, scanner: Scanner, { files }: World): Scanner {
  const report = context.flags['report'];
  return typeof report === 'string' ? reportScanner(resolve(context.directory, report), scanner, files) : scanner;
}

/** `--sbom FILE`. */
async function writeSbom(
  subject: ScanSubject,
  settings: ScanSettings,
  context: CommandContext,
  scanner: Scanner,
): Promise<void> {
  const file = context.flags['sbom'];
  if (typeof file !== 'string') return;
  const path = resolve(context.directory, file);
  const format = file.endsWith('.spdx.json') ? 'spdx' : 'cyclonedx';
  const written = await scanner.sbom(subject, format, { path, timeoutMs: settings.timeout, signal: context.signal });
  if (written.kind === 'failed') throw scanError(written);
}
