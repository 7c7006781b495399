import type { AssetKind } from './asset-kind.ts';

export interface CssReference {
  readonly url: string;
  readonly kind: AssetKind;
}

const token =
  /\/\*[\s\S]*?(?:\*\/|$)|(@import)\s+(?=["'])|url\(\s*(?:"([^"]*)"|'([^']*)'|([^"'()\s]*))\s*\)|"([^"]*)"|'([^']*)'/gi;
const fontFile = /\.(woff2?|ttf|otf|eot)([?#]|$)/i;
const imported = /@import\s*$/i;
/** Names a vocabulary; nothing is loaded. */
const namespace = /@namespace(\s+[\w-]+)?\s*$/i;

/** The addresses that a stylesheet loads: `url(...)` and `@import "..."`, not those in comments and strings. */
export function cssReferences(css: string): readonly CssReference[] {
  const references: CssReference[] = [];
  let importing = false;
  for (const found of css.matchAll(token)) {
    const [whole, atImport, double, single, bare, text, quoted] = found;
    const url = double ?? single ?? bare;
    const named = text ?? quoted;
    if (url !== undefined) {
      const before = css.slice(Math.max(0, found.index - 40), found.index);
      if (!namespace.test(before)) references.push({ url, kind: imported.test(before) ? 'stylesheet' : kindOf(url) });
    } else if (importing && named !== undefined) {
      references.push({ url: named, kind: 'stylesheet' });
    }
    importing = atImport !== undefined || (importing && whole.startsWith('/*'));
  }
  return references;
}

function kindOf(url: string): AssetKind {
  return fontFile.test(url) ? 'font' : 'any';
}
