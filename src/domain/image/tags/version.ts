import { parse } from 'semver';

/** A version as patterns see it; `isFinal` when it is no pre-release. */
export interface TagVersion {
  readonly fields: Readonly<Record<string, string>>;
  readonly isFinal: boolean;
}

/** `v1.2.3-rc.1`; null when it is none. */
export function semanticVersion(text: string): TagVersion | null {
  const version = parse(text);
  if (version === null) return null;
  const { major, minor, patch } = version;
  return {
    fields: { raw: text, version: version.version, major: `${major}`, minor: `${minor}`, patch: `${patch}` },
    isFinal: version.prerelease.length === 0,
  };
}

/** The form of PEP 440, in which the words of other spellings stand for one (`alpha` for `a`, `preview` for `rc`). */
const pythonForm =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|beta|preview|pre|rc|a|b|c)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/i;

const spelled: Readonly<Record<string, string>> = { alpha: 'a', beta: 'b', preview: 'rc', pre: 'rc', c: 'rc' };

/** `1.2.3rc2`, `1.0.post1`; null when it is none. */
export function pythonVersion(text: string): TagVersion | null {
  const found = pythonForm.exec(text.trim());
  if (found === null) return null;
  const [, epoch, release = '', word, count = '', dashed, post, postCount = '', dev, devCount = '', local] = found;
  const [major = '0', minor = '0', patch = '0'] = release.split('.').map((part) => String(Number(part)));
  const numbers = release
    .split('.')
    .map((part) => String(Number(part)))
    .join('.');
  const short = word?.toLowerCase() ?? '';
  const ending = [
    word === undefined ? '' : `${spelled[short] ?? short}${Number(count)}`,
    dashed === undefined && post === undefined ? '' : `.post${Number(dashed ?? postCount)}`,
    dev === undefined ? '' : `.dev${Number(devCount)}`,
    local === undefined ? '' : `+${local.toLowerCase().replaceAll(/[-_]/g, '.')}`,
  ].join('');
  const version = `${epoch === undefined ? '' : `${epoch}!`}${numbers}${ending}`;
  return {
    fields: { raw: text, version, major, minor, patch },
    isFinal: word === undefined && post === undefined && dashed === undefined && dev === undefined,
  };
}
