export type CookieJar = ReadonlyMap<string, string>;

/** The jar after an answer; `header` is its `set-cookie`, several joined by a comma and a blank. */
export function keepCookies(jar: CookieJar, header: string | undefined): CookieJar {
  const kept = new Map(jar);
  // A comma inside a date is not followed by `name=` before the next semicolon.
  for (const cookie of (header ?? '').split(/,\s*(?=[^;,=\s]+=)/)) {
    const [, name, value = ''] = /^\s*([^=;\s]+)=([^;]*)/.exec(cookie) ?? [];
    if (name === undefined) continue;
    if (/;\s*max-age=(0|-\d+)\b/i.test(cookie) || value === '') kept.delete(name);
    else kept.set(name, value.trim());
  }
  return kept;
}

/** `a=1; b=2`, or nothing for an empty jar. */
export function cookieHeader(jar: CookieJar): Readonly<Record<string, string>> {
  const text = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
  return text === '' ? {} : { cookie: text };
}
