import type { Place, VersionFile } from './version-file.ts';

/** `version` and `appVersion` at the top level of a Helm chart, quoted or not. */
export const chart: VersionFile = {
  type: 'chart',
  recognises: (name) => name === 'Chart.yaml',
  places: (text) => [
    ...topLevel(text, 'version'),
    ...topLevel(text, 'appVersion').map((place) => ({ ...place, follows: true })),
  ],
};

function topLevel(text: string, key: string): readonly Place[] {
  const match = new RegExp(`^${key}:[ \\t]+(?:"([^"\\r\\n]*)"|'([^'\\r\\n]*)'|([^\\s#"']+))`, 'm').exec(text);
  if (match === null) return [];
  const value = match[1] ?? match[2] ?? match[3] ?? '';
  const end = match.index + match[0].length - (match[3] === undefined ? 1 : 0);
  return [{ from: end - value.length, to: end }];
}
