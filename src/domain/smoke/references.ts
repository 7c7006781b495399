import type { AssetKind } from './asset-kind.ts';
import { cssReferences } from './css-references.ts';
import type { Tag } from './html-tags.ts';
import { tagsOf } from './html-tags.ts';

export interface Reference {
  /** Absolute, without a fragment. */
  readonly url: string;
  readonly kind: AssetKind;
  /** Where it stands, for people: `<script src>`. */
  readonly place: string;
}

interface Found {
  readonly url: string;
  readonly kind: AssetKind;
  readonly place: string;
}

/** What a browser loads to show this page, each address once. Addresses that are not http(s) are left out. */
export function pageReferences(html: string, pageUrl: string): readonly Reference[] {
  let base = pageUrl;
  let baseIsSet = false;
  const found: Found[] = [];
  for (const tag of tagsOf(html)) {
    const href = tag.attributes.get('href');
    if (tag.name === 'base' && href !== undefined && !baseIsSet && URL.canParse(href, pageUrl)) {
      base = new URL(href, pageUrl).href;
      baseIsSet = true;
    }
    found.push(...ofTag(tag));
  }
  return absolute(found, base);
}

/** What a stylesheet loads; addresses are relative to itself. */
export function stylesheetReferences(css: string, url: string): readonly Reference[] {
  return absolute(
    cssReferences(css).map((reference) => ({ ...reference, place: `stylesheet ${new URL(url).pathname}` })),
    url,
  );
}

function ofTag({ name, attributes, text }: Tag): readonly Found[] {
  const found: Found[] = [];
  const add = (attribute: string, kind: AssetKind): void => {
    const url = attributes.get(attribute)?.trim();
    if (url !== undefined && url !== '') found.push({ url, kind, place: `<${name} ${attribute}>` });
  };
  const addSet = (attribute: string): void => {
    for (const url of candidates(attributes.get(attribute) ?? '')) {
      found.push({ url, kind: 'image', place: `<${name} ${attribute}>` });
    }
  };
  if (name === 'link') {
    const kind = linkKind(attributes);
    if (kind !== null) add('href', kind);
    if (kind === 'image') addSet('imagesrcset');
  }
  if (name === 'script' && scriptType.test(attributes.get('type') ?? '')) add('src', 'script');
  if (name === 'img') add('src', 'image');
  if (name === 'input' && attributes.get('type')?.toLowerCase() === 'image') add('src', 'image');
  if (name === 'source') add('src', 'media');
  if (name === 'img' || name === 'source') addSet('srcset');
  if (name === 'video' || name === 'audio') add('src', 'media');
  if (name === 'video') add('poster', 'image');
  if (name === 'track') add('src', 'media');
  if (name === 'image') add('href', 'image');
  const css = name === 'style' ? text : (attributes.get('style') ?? '');
  for (const reference of cssReferences(css)) {
    found.push({ ...reference, place: name === 'style' ? '<style>' : `style of <${name}>` });
  }
  return found;
}

/** Other types are blocks of data, which no browser loads. */
const scriptType = /^\s*(module|(text|application)\/(x-)?(java|ecma)script)?\s*$/i;

const preloaded: Readonly<Record<string, AssetKind>> = {
  style: 'stylesheet',
  script: 'script',
  image: 'image',
  font: 'font',
  video: 'media',
  audio: 'media',
  track: 'media',
};

/** Null when a browser loads nothing for it (canonical, alternate, preconnect ...). */
function linkKind(attributes: ReadonlyMap<string, string>): AssetKind | null {
  const rel = (attributes.get('rel') ?? '').toLowerCase().split(/\s+/);
  if (rel.includes('stylesheet')) return rel.includes('alternate') ? null : 'stylesheet';
  if (rel.includes('modulepreload')) return 'script';
  if (rel.includes('manifest')) return 'manifest';
  if (rel.some((word) => ['icon', 'apple-touch-icon', 'apple-touch-icon-precomposed', 'mask-icon'].includes(word))) {
    return 'image';
  }
  return rel.includes('preload') ? (preloaded[(attributes.get('as') ?? '').toLowerCase()] ?? 'any') : null;
}

/** The addresses of a `srcset`: `small.png 480w, large.png 2x`. */
function candidates(srcset: string): readonly string[] {
  return [...srcset.matchAll(/[\s,]*([^\s,]\S*[^\s,]|[^\s,])(?:\s+[^,]*)?(?:,|$)/g)].map(([, url = '']) => url);
}

function absolute(found: readonly Found[], base: string): readonly Reference[] {
  const references = new Map<string, Reference>();
  for (const { url, kind, place } of found) {
    if (url.startsWith('#') || !URL.canParse(url, base)) continue;
    const target = new URL(url, base);
    target.hash = '';
    if (!/^https?:$/.test(target.protocol) || references.has(target.href)) continue;
    references.set(target.href, { url: target.href, kind, place });
  }
  return [...references.values()];
}
