import { readFileSync } from 'node:fs';

/**
 * The version of the package that this code belongs to, read when it is asked for.
 *
 * Not baked into the bundle: a release commit changes package.json only, and `dist` stays what it was.
 */
export function ownVersion(from: string = import.meta.url): string {
  for (let at = new URL('.', from), levels = 0; levels < 5; at = new URL('..', at), levels += 1) {
    const version = versionIn(new URL('package.json', at));
    if (version !== null) return version;
  }
  return '0.0.0';
}

function versionIn(manifest: URL): string | null {
  try {
    const { name, version } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown; version?: unknown };
    return name === 'fairway-cd' && typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}
