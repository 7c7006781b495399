/** What Alembic's configuration says, as far as it matters here. */
export interface AlembicIni {
  /** Folder of `env.py` and `versions`, below that of the file. */
  readonly scriptLocation: string;
  /** Folders of revisions, below that of the file. */
  readonly versionLocations: readonly string[];
  /** `postgresql+psycopg`; null when the file gives no URL. */
  readonly urlScheme: string | null;
}

/** Read `alembic.ini`; null when it has no section of Alembic's. */
export function readAlembicIni(text: string): AlembicIni | null {
  const section = /^\[alembic\]\s*$([^]*?)(?=^\[|$(?![^]))/m.exec(text)?.[1];
  if (section === undefined) return null;
  const value = (key: string): string | null => {
    const found = new RegExp(String.raw`^${key}\s*[=:][ \t]*(.*(?:\n[ \t]+\S.*)*)`, 'm').exec(section)?.[1];
    return found === undefined ? null : found.trim();
  };
  const plain = (path: string): string => path.replaceAll('%(here)s', '.').replace(/^(\.\/)+/, '') || '.';
  const scriptLocation = plain(value('script_location') ?? 'alembic');
  const own = (value('version_locations') ?? '').split(/[\s:;,]+/).filter((one) => one !== '');
  return {
    scriptLocation,
    versionLocations: own.length > 0 ? own.map(plain) : [`${scriptLocation}/versions`],
    urlScheme: /^([a-z0-9+]+):\/\//.exec(value('sqlalchemy.url') ?? '')?.[1]?.replace(/^driver$/, '') || null,
  };
}

/** The same file with another URL; its values are templates, so that `%` is doubled. */
export function withUrl(text: string, url: string): string {
  const line = `sqlalchemy.url = ${url.replaceAll('%', '%%')}`;
  const without = text.replaceAll(/^sqlalchemy\.url\s*[=:].*$\n?/gm, '');
  return without.replace(/^\[alembic\][ \t]*$/m, () => `[alembic]\n${line}`);
}
