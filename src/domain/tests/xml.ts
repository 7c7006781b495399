/** One element of a document, without namespaces. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Element[];
  /** All text directly in it. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

/** What is wrong with a text that should be XML, and where. */
export interface NotXml {
  readonly kind: 'not-xml';
  readonly line: number;
  readonly why: string;
}

const deepest = 500;
const token =
  /<!--[^]*?-->|<!\[CDATA\[([^]*?)\]\]>|<\?[^]*?\?>|<!DOCTYPE[^>[]*>|<\/([^\s>]+)\s*>|<([^\s/>!?]+)((?:\s+[^\s=>]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/y;
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * Read the XML of a report: elements, attributes, text, CDATA; entities of a document type are none of it.
 *
 * Strict: what does not fit together is refused with its line, because half of a report would be another verdict.
 */
export function readXml(document: string): Element | NotXml {
  const text = document.replace(/^\uFEFF/, '');
  const open: Open[] = [];
  let root: Element | null = null;
  let at = 0;
  const fail = (why: string): NotXml => ({ kind: 'not-xml', line: text.slice(0, at).split('\n').length, why });
  while (at < text.length) {
    const top = open.at(-1);
    if (text[at] !== '<') {
      const end = text.indexOf('<', at);
      const piece = text.slice(at, end === -1 ? text.length : end);
      if (top === undefined && piece.trim() !== '')
        return fail(`"${piece.trim().slice(0, 40)}" stands outside of any element`);
      const plain = resolved(piece);
      if (plain === null) return fail('an entity is not known');
      if (top !== undefined) top.text += plain;
      at += piece.length;
      continue;
    }
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) return fail(`"${text.slice(at, at + 40).split('\n')[0] ?? ''}" is no tag`);
    const [whole, cdata, closing, name, attributes = '', isEmpty] = found;
    if (cdata !== undefined) {
      if (top === undefined) return fail('text stands outside of any element');
      top.text += cdata;
    } else if (closing !== undefined) {
      if (top?.name !== closing) return fail(`</${closing}> closes ${top === undefined ? 'nothing' : `<${top.name}>`}`);
      open.pop();
      root ??= open.length === 0 ? top : null;
    } else if (name !== undefined) {
      if (root !== null) return fail(`<${name}> stands beside the first element`);
      const element: Open = { name, attributes: {}, children: [], text: '' };
      for (const [, key = '', double, single] of attributes.matchAll(attribute)) {
        const value = resolved(double ?? single ?? '');
        if (value === null) return fail('an entity is not known');
        element.attributes[key] = value;
      }
      top?.children.push(element);
      if (isEmpty !== '/') open.push(element);
      else if (top === undefined) root = element;
      if (open.length > deepest) return fail(`elements are nested deeper than ${deepest}`);
    }
    at += whole.length;
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) return fail(`<${unclosed.name}> is not closed`);
  return root ?? fail(text.trim() === '' ? 'it is empty' : 'it holds no element');
}

function resolved(text: string): string | null {
  if (!text.includes('&')) return text;
  let isKnown = true;
  const plain = text.replaceAll(/&(#x[0-9a-f]+|#\d+|\w+);|&/gi, (_whole, name: string | undefined) => {
    const code = name?.startsWith('#') === true ? Number(name.replace(/^#x/i, '0x').replace(/^#/, '')) : Number.NaN;
    if (code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    const known = entities[name ?? ''];
    isKnown &&= known !== undefined;
    return known ?? '';
  });
  return isKnown ? plain : null;
}

/** All elements of a name below, in their order. */
export function elementsOf(element: Element, name: string): readonly Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...elementsOf(child, name)]);
}
