import type { Config } from '../../config/schema.ts';
import { renderChangelog, renderSection } from '../../domain/release/changelog.ts';
import type { ChangelogSection } from '../../domain/release/changelog.ts';
import { decide } from '../../domain/release/decide.ts';
import { linksOf } from '../../domain/release/links.ts';
import { allSections } from '../../domain/release/sections.ts';
import { isPrerelease, versionOfTag } from '../../domain/release/version.ts';
import { ConfigError } from '../../errors.ts';
import type { Repository } from '../../ports.ts';
import { readHistory } from './history.ts';
import { completeHistory } from './shallow.ts';
import { sectionOf } from './plan.ts';

export interface ChangelogRequest {
  /** Every version of the repository. */
  readonly all: boolean;
  /** Versions after this one (a tag or a version). */
  readonly from?: string | undefined;
  /** Versions up to this one. */
  readonly to?: string | undefined;
  readonly branch?: string | undefined;
  /** A section for every prerelease (also when `from` or `to` names one), and not only where no stable version followed yet. */
  readonly prereleases?: boolean | undefined;
}

/** The changelog as text; without any wish, what would be released now. Throws ConfigError `VERSION_UNKNOWN`. */
export async function changelogText(
  request: ChangelogRequest,
  settings: Config['release'],
  repository: Repository,
): Promise<{ readonly text: string; readonly versions: readonly string[] }> {
  const isWhole = request.all || request.from !== undefined || request.to !== undefined;
  const tags = await completeHistory(settings, repository, { branch: request.branch, all: isWhole });
  const [history, url] = await Promise.all([
    readHistory(settings, repository, { branch: request.branch, tags, isWhole }),
    repository.remoteUrl(settings.remote),
  ]);
  const links = linksOf(url);
  const options = { format: settings.format, links };
  if (!isWhole) {
    const decision = decide(history, settings);
    if (decision.next === null) return { text: '', versions: [] };
    const section = sectionOf(decision, decision.next, settings, history, links);
    return { text: `${renderSection(section, options)}\n`, versions: [section.version] };
  }
  const named = [request.from, request.to].some((version) => version !== undefined && isPrerelease(version));
  const sections = allSections(history, settings, { ...options, prereleases: request.prereleases === true || named });
  const chosen = request.all ? sections : between(sections, request, settings);
  return { text: renderChangelog(chosen, options), versions: chosen.map(({ version }) => version) };
}

function between(
  sections: readonly ChangelogSection[],
  { from, to }: ChangelogRequest,
  settings: Config['release'],
): readonly ChangelogSection[] {
  const place = (asked: string | undefined, otherwise: number): number => {
    if (asked === undefined) return otherwise;
    const version = versionOfTag(asked, settings.tagPrefix) ?? asked;
    const at = sections.findIndex((section) => section.version === version);
    if (at !== -1) return at;
    throw new ConfigError('VERSION_UNKNOWN', `There is no release ${asked}.`, {
      hint: `Known: ${sections
        .slice(0, 5)
        .map((section) => section.tag)
        .join(', ')}${sections.length > 5 ? ', ...' : ''}.`,
    });
  };
  return sections.slice(place(to, 0), place(from, sections.length));
}
