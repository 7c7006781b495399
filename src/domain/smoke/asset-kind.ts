export type AssetKind = 'stylesheet' | 'script' | 'image' | 'font' | 'media' | 'manifest' | 'any';

const plausible: Readonly<Record<AssetKind, RegExp>> = {
  stylesheet: /^text\/css$/,
  script: /^(text|application)\/(x-)?(javascript|ecmascript)$/,
  image: /^image\/|^application\/octet-stream$/,
  font: /^font\/|^application\/(x-)?font|^application\/(vnd\.ms-fontobject|octet-stream)$/,
  media: /^(video|audio)\/|^application\/(ogg|octet-stream|vnd\.apple\.mpegurl|x-mpegurl|dash\+xml)$|^text\/vtt$/i,
  manifest: /^application\/(manifest\+)?json$|^text\/(json|plain)$/,
  any: /^(?!text\/html$)/,
};

/**
 * Whether a browser would take an answer of this content type as such an asset.
 *
 * A page of HTML in the place of an asset is how applications with a catch-all route answer for a file they
 * do not have. An answer without a type is taken: browsers look at the content then.
 */
export function isPlausible(kind: AssetKind, contentType: string | undefined): boolean {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type === '' || plausible[kind].test(type);
}
