const shortest = 3;

/** The forms in which a secret turns up in output: as it is, line by line, in a URL, in JSON, in base64. */
function forms(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).filter((line) => line.trim().length >= 8);
  const whole = [secret, secret.trim(), encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
  return secret.length < shortest ? [] : [...whole, ...lines, ...(secret.length < 8 ? [] : [base64(secret)])];
}

function base64(text: string): string {
  return btoa(String.fromCodePoint(...new TextEncoder().encode(text.slice(0, 4_096))));
}

/**
 * What hides these secrets in a text, as `***`, longest first.
 *
 * Values of one or two characters are left alone: hiding them would garble everything and hide nothing.
 */
export function maskOf(secrets: Iterable<string>): (text: string) => string {
  const needles = [...new Set([...secrets].flatMap(forms))].filter((needle) => needle.length >= shortest);
  needles.sort((a, b) => b.length - a.length);
  return (text) => needles.reduce((masked, needle) => masked.replaceAll(needle, '***'), text);
}

/** The same value with every text in it changed: keys stay, functions and symbols go. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (value instanceof Date) return value.toJSON();
  if (value instanceof Error) return change(value.message);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change)]));
}
