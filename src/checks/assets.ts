import { isPlausible } from '../domain/smoke/asset-kind.ts';
import type { Reference } from '../domain/smoke/references.ts';
import { stylesheetReferences } from '../domain/smoke/references.ts';
import type { Attempt } from './check.ts';
import type { Wanted } from './fetch.ts';
import { fetchFollowing } from './fetch.ts';
import type { Http } from '../ports.ts';

/** As many at a time as a browser asks one host for. */
const atOnce = 6;
/** Stylesheets may import stylesheets; deeper is a mistake. */
const maxDepth = 4;

export interface AssetRules {
  readonly request: Omit<Wanted, 'url' | 'mayLeave'>;
  readonly maxAssets: number;
  readonly mayLoad: (url: string) => boolean;
}

interface Loaded {
  readonly attempt: Attempt;
  readonly references: readonly Reference[];
}

/** Load all that a page references, and what its stylesheets reference in turn; the reason names each that fails. */
export async function loadAssets(first: readonly Reference[], rules: AssetRules, http: Http): Promise<Attempt> {
  const seen = new Map(first.filter(({ url }) => rules.mayLoad(url)).map((reference) => [reference.url, reference]));
  const attempts: Attempt[] = [];
  let wave = [...seen.values()];
  for (let depth = 0; wave.length > 0 && depth <= maxDepth; depth += 1) {
    if (seen.size > rules.maxAssets) {
      return {
        kind: 'inconclusive',
        reason: `references ${seen.size} assets, more than maxAssets (${rules.maxAssets})`,
      };
    }
    const next: Reference[] = [];
    for (let at = 0; at < wave.length; at += atOnce) {
      const loaded = await Promise.all(
        wave.slice(at, at + atOnce).map(async (asset) => await load(asset, rules, http)),
      );
      attempts.push(...loaded.map(({ attempt }) => attempt));
      next.push(...loaded.flatMap(({ references }) => references));
    }
    wave = next.filter(({ url }) => !seen.has(url) && rules.mayLoad(url));
    for (const reference of wave) seen.set(reference.url, reference);
    wave = [...new Map(wave.map((reference) => [reference.url, reference])).values()];
  }
  return together(attempts);
}

async function load(asset: Reference, rules: AssetRules, http: Http): Promise<Loaded> {
  const isStylesheet = asset.kind === 'stylesheet';
  const fetched = await fetchFollowing(
    { ...rules.request, url: asset.url, mayLeave: true, ...(isStylesheet ? {} : { maxBodyBytes: 1 }) },
    http,
  );
  if (fetched.kind !== 'answer')
    return { attempt: { ...fetched, reason: told(asset, fetched.reason) }, references: [] };
  const { status, headers, body } = fetched.response;
  if (status < 200 || status > 299) return failed(asset, `answered ${status}`);
  const type = headers['content-type'];
  if (!isPlausible(asset.kind, type)) return failed(asset, `came as ${type}, expected a ${asset.kind}`);
  return { attempt: { kind: 'pass' }, references: isStylesheet ? stylesheetReferences(body, fetched.url) : [] };
}

function failed(asset: Reference, reason: string): Loaded {
  return { attempt: { kind: 'fail', reason: told(asset, reason) }, references: [] };
}

function told({ url, place }: Reference, reason: string): string {
  return `${url} (${place}): ${reason}`;
}

const named = 3;

function together(attempts: readonly Attempt[]): Attempt {
  const bad = attempts.filter((attempt) => attempt.kind !== 'pass');
  const kind = bad.some((attempt) => attempt.kind === 'fail') ? 'fail' : 'inconclusive';
  if (bad.length === 0) return { kind: 'pass' };
  const reasons = bad.toSorted((a, b) => Number(b.kind === 'fail') - Number(a.kind === 'fail'));
  const more = bad.length > named ? `; and ${bad.length - named} more` : '';
  const list = reasons.slice(0, named).map(({ reason }) => reason);
  return { kind, reason: `${bad.length} of ${attempts.length} assets: ${list.join('; ')}${more}` };
}
