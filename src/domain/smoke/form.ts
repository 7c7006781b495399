import type { Tag } from './html-tags.ts';
import { tagsOf } from './html-tags.ts';

export interface Form {
  /** Absolute. */
  readonly action: string;
  /** Fields that the page itself fills in, hidden ones as a CSRF token is. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * The form of a page that has all of these fields; null when there is none.
 *
 * The first such form counts; fields with a value of their own are kept.
 */
export function findForm(html: string, pageUrl: string, needed: readonly string[]): Form | null {
  for (const { action, inputs } of formsOf(html)) {
    const names = inputs.map((input) => input.get('name') ?? '');
    if (!needed.every((name) => names.includes(name))) continue;
    const filled = inputs.flatMap((input) => {
      const [name, value] = [input.get('name'), input.get('value')];
      const isButton = /^(submit|button|reset|image|checkbox|radio|file)$/i.test(input.get('type') ?? '');
      return name === undefined || value === undefined || isButton ? [] : [[name, value] as const];
    });
    return { action: new URL(action, pageUrl).href, fields: Object.fromEntries(filled) };
  }
  return null;
}

/** What `<meta name="csrf-token" content="...">` says; null when the page has none. */
export function metaContent(html: string, name: string): string | null {
  for (const { name: tag, attributes } of tagsOf(html)) {
    if (tag === 'meta' && attributes.get('name') === name) return attributes.get('content') ?? null;
  }
  return null;
}

interface Found {
  readonly action: string;
  readonly inputs: Tag['attributes'][];
}

function formsOf(html: string): readonly Found[] {
  const forms: Found[] = [];
  for (const { name, attributes } of tagsOf(html)) {
    if (name === 'form') forms.push({ action: attributes.get('action') ?? '', inputs: [] });
    if (['input', 'textarea', 'select'].includes(name)) forms.at(-1)?.inputs.push(attributes);
  }
  return forms;
}

/** `application/x-www-form-urlencoded` */
export function encodeForm(fields: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(fields).map((pair) => pair.map(encodeURIComponent).join('='));
  return pairs.join('&').replaceAll('%20', '+');
}
