import type { Manifest, ManifestEntry } from './manifest.ts';

type Link = Extract<ManifestEntry, { kind: 'symlink' }>;

/** What follows more links than this is a circle, for the system too. */
const mostHops = 40;

/**
 * Links that lead out of their tree: they would mean something else, or nothing, where the artifact runs.
 *
 * Absolute targets always do. Links are followed through other links as the system would; one that leads
 * nowhere, or in a circle, stays inside.
 */
export function strayLinks(manifest: Manifest): readonly Link[] {
  const links = manifest.filter((entry) => entry.kind === 'symlink');
  const targets = new Map(links.map(({ path, target }) => [path, target]));
  return links.filter((link) => leads(link, targets) === 'outside');
}

function leads(link: Link, targets: ReadonlyMap<string, string>): 'inside' | 'outside' {
  const reached = link.path.split('/').slice(0, -1);
  const toGo = link.target.split('/');
  let hops = 0;
  if (link.target.startsWith('/')) return 'outside';
  for (let part = toGo.shift(); part !== undefined; part = toGo.shift()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      if (reached.pop() === undefined) return 'outside';
      continue;
    }
    const target = targets.get([...reached, part].join('/'));
    if (target === undefined) {
      reached.push(part);
      continue;
    }
    hops += 1;
    if (hops > mostHops) return 'inside';
    if (target.startsWith('/')) return 'outside';
    toGo.unshift(...target.split('/'));
  }
  return 'inside';
}
