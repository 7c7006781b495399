/** A start tag, with what stands between it and its end tag where that is text and no markup. */
export interface Tag {
  /** Lower case. */
  readonly name: string;
  /** Lower-case names; the first of a name counts, as in a browser. */
  readonly attributes: ReadonlyMap<string, string>;
  /** Of script, style, title and others whose content no browser reads as markup; else empty. */
  readonly text: string;
}

const rawText = new Set(['script', 'style', 'textarea', 'title', 'iframe', 'noembed', 'noscript', 'xmp']);
const tagStart = /<(?:!--|([a-z][^\s/>]*))/gi;
const attribute = /[\s/]*([^\s=>/][^\s=>/]*)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]*)))?/y;

/** The start tags of a page, in order. Takes anything: what no browser would read as a tag is passed over. */
export function* tagsOf(html: string): Generator<Tag> {
  const starts = new RegExp(tagStart);
  for (let start = starts.exec(html); start !== null; start = starts.exec(html)) {
    const name = start[1]?.toLowerCase();
    if (name === undefined) {
      const end = html.indexOf('-->', start.index + 2);
      if (end === -1) return;
      starts.lastIndex = end + 3;
      continue;
    }
    const { attributes, end } = attributesFrom(html, starts.lastIndex);
    const textEnd = rawText.has(name) ? endOfRawText(html, name, end) : end;
    starts.lastIndex = textEnd;
    yield { name, attributes, text: html.slice(end, textEnd) };
  }
}

function attributesFrom(html: string, from: number): { attributes: Map<string, string>; end: number } {
  const attributes = new Map<string, string>();
  const reader = new RegExp(attribute);
  reader.lastIndex = from;
  let end = from;
  for (let found = reader.exec(html); found !== null; found = reader.exec(html)) {
    const [, name = '', double, single, bare] = found;
    end = reader.lastIndex;
    const key = name.toLowerCase();
    if (!attributes.has(key)) attributes.set(key, decodeEntities(double ?? single ?? bare ?? ''));
  }
  const close = html.indexOf('>', end);
  return { attributes, end: close === -1 ? html.length : close + 1 };
}

function endOfRawText(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}(?=[\\s/>])`, 'gi');
  end.lastIndex = from;
  return end.exec(html)?.index ?? html.length;
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The entities that occur in addresses: the five of XML, and numbers. */
function decodeEntities(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[String(name).toLowerCase()] ?? whole;
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
