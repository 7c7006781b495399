import { formsOf } from './forms.ts';

const shown = '***';

/** Knows the secrets of a run and hides them in texts; one object is shared by all that shows or keeps a text. */
export interface Mask {
  /** From now on this value is hidden; values of fewer than 4 characters are not. */
  register(secret: string): void;
  /**
   * A text with every secret replaced by `***`.
   *
   * With `from` and `to` only that piece of it, so that a secret that its edge cuts in two is hidden as well.
   */
  apply(text: string, from?: number, to?: number): string;
  /** The longest text that is hidden, in bytes of UTF-8: so much must be seen beyond an edge. */
  readonly longestBytes: number;
}

export function createMask(secrets: Iterable<string> = []): Mask {
  const forms = new Set<string>();
  let longestBytes = 0;
  const mask: Mask = {
    register(secret) {
      for (const form of formsOf(secret)) {
        forms.add(form);
        longestBytes = Math.max(longestBytes, new TextEncoder().encode(form).length);
      }
    },
    apply: (text, from = 0, to = text.length) => replaced(text, merged(found(text, forms)), from, to),
    get longestBytes() {
      return longestBytes;
    },
  };
  for (const secret of secrets) mask.register(secret);
  return mask;
}

type Span = readonly [start: number, end: number];

function found(text: string, forms: Iterable<string>): Span[] {
  const spans: Span[] = [];
  for (const form of forms) {
    for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1)) spans.push([at, at + form.length]);
  }
  return spans;
}

/** Secrets may overlap: hiding one after the other would leave the end of the second one readable. */
function merged(spans: Span[]): readonly Span[] {
  const whole: Span[] = [];
  for (const [start, end] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = whole.at(-1);
    if (last !== undefined && start < last[1]) whole[whole.length - 1] = [last[0], Math.max(last[1], end)];
    else whole.push([start, end]);
  }
  return whole;
}

function replaced(text: string, spans: readonly Span[], from: number, to: number): string {
  let masked = '';
  let at = from;
  for (const [start, end] of spans) {
    if (end <= from || start >= to) continue;
    masked += text.slice(at, Math.max(at, start)) + shown;
    at = end;
  }
  return at < to ? masked + text.slice(at, to) : masked;
}
