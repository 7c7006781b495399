const kinds: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', rc: 'rc' };

/** As packages of Python say a version: `1.2.0-beta.1` is `1.2.0b1`. What has no such form stays as it is. */
export function toPep440(version: string): string {
  const [, base = '', kind = '', number = '', build = ''] =
    /^(\d+\.\d+\.\d+)-(alpha|beta|rc|dev)\.(\d+)(\+[0-9A-Za-z.-]+)?$/.exec(version) ?? [];
  if (base === '') return version;
  const suffix = kind === 'dev' ? `.dev${number}` : `${kinds[kind] ?? ''}${number}`;
  return `${base}${suffix}${build}`;
}

/** The same version as we say it; what is written in our form already stays. */
export function fromPep440(text: string): string {
  const [, base = '', kind = '', number = '', build = ''] =
    /^(\d+\.\d+\.\d+)(a|b|rc|\.dev)(\d+)(\+[0-9A-Za-z.-]+)?$/.exec(text) ?? [];
  if (base === '') return text;
  const name = kind === '.dev' ? 'dev' : Object.keys(kinds).find((one) => kinds[one] === kind);
  return `${base}-${name ?? kind}.${number}${build}`;
}
