import { resolve } from 'node:path';
import { ConfigError } from '../../errors.ts';
import type { Repository, ScanInterest, ScanSubject } from '../../ports.ts';
import type { ScanBase, ScanSettings } from '../../stages/scan/input.ts';
import type { CommandContext } from './command.ts';
import type { World } from './world.ts';

export const verbs = ['image', 'filesystem', 'sbom', 'config', 'secrets', 'licences'] as const;
export type Verb = (typeof verbs)[number];

/** Throws ConfigError `COMMAND_LINE_INVALID`. */
export function verbOf({ positionals: [word] }: CommandContext): Verb | null {
  const verb = verbs.find((one) => one === word) ?? null;
  if (word === undefined || verb !== null) return verb;
  throw new ConfigError('COMMAND_LINE_INVALID', `fairway scan ${word} is not known.`, {
    hint: `Choose one of ${verbs.join(', ')}, or none.`,
  });
}

/** What a verb looks for, of what the policy says. */
export function lookOf(verb: Verb | null, settings: ScanSettings): ScanSettings {
  const only: Partial<Record<Verb, ScanInterest>> = {
    config: 'configuration',
    secrets: 'secrets',
    licences: 'licences',
  };
  const one = verb === null ? undefined : only[verb];
  if (one !== undefined) return { ...settings, look: [one] };
  if (verb !== 'sbom') return settings;
  const look = settings.look.filter((interest) => interest === 'vulnerabilities' || interest === 'licences');
  return { ...settings, look: look.length === 0 ? ['vulnerabilities'] : look };
}

/** What the second word names; null for the commit itself. Throws ConfigError `COMMAND_LINE_INVALID`. */
export async function namedSubject(verb: Verb, context: CommandContext, world: World): Promise<ScanSubject | null> {
  const [, what] = context.positionals;
  if (what === undefined) {
    if (verb !== 'sbom') return null;
    throw new ConfigError('COMMAND_LINE_INVALID', 'fairway scan sbom needs a file.', {
      hint: 'fairway scan sbom shop.cdx.json',
    });
  }
  const path = resolve(context.directory, what);
  if (verb === 'sbom') return { kind: 'sbom', path };
  if (verb !== 'image') return { kind: 'directory', path };
  const stat = await world.files.stat(path);
  if (stat !== null || /\.(tar|oci)$/.test(what)) return { kind: 'archive', path };
  if (what.startsWith('-')) throw new ConfigError('COMMAND_LINE_INVALID', `${what} is no image.`);
  const isRemote = what.includes('@') || /^[^/]+[.:][^/]*\//.test(what);
  return isRemote
    ? { kind: 'registry', reference: what }
    : { kind: 'image', reference: what, host: context.env['DOCKER_HOST'] || null };
}

/** `--base`: an SBOM, an archive, a folder, an image of a registry, or a revision whose tree is brought to `folder`. */
export async function askedBase(
  context: CommandContext,
  { files }: Pick<World, 'files'>,
  tree: { readonly repository: Repository | null; readonly folder: string },
): Promise<ScanBase | null> {
  const what = context.flags['base'];
  if (typeof what !== 'string') return null;
  const path = resolve(context.directory, what);
  const stat = await files.stat(path);
  const rescan = (subject: ScanSubject): ScanBase => ({ kind: 'rescan', subject, from: what, others: [] });
  if (stat?.kind === 'directory') return rescan({ kind: 'directory', path });
  if (stat !== null) return rescan(what.endsWith('.json') ? { kind: 'sbom', path } : { kind: 'archive', path });
  const commit = await tree.repository?.resolve(`${what}^{commit}`);
  if (commit != null && tree.repository !== null) return await treeBase(what, commit, tree.repository, tree.folder);
  if (what.includes('@sha256:')) return rescan({ kind: 'registry', reference: what });
  throw new ConfigError(
    'SCAN_BASE_UNKNOWN',
    `--base: ${what} is neither a file, a folder, a revision nor an image by digest.`,
    {
      hint: 'Name the SBOM of the last release, or its tag.',
    },
  );
}

export async function treeBase(
  name: string,
  commit: string,
  repository: Repository,
  folder: string,
): Promise<ScanBase> {
  await repository.exportTree(commit, folder);
  return { kind: 'rescan', subject: { kind: 'directory', path: folder }, from: `the tree of ${name}`, others: [] };
}
