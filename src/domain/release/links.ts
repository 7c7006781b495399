/** Addresses of a forge's pages, made from where the remote is. */
export interface Links {
  /** `https://github.com/owner/name` */
  readonly home: string;
  /** `owner/name` as the forge knows it. */
  readonly project: string;
  readonly host: string;
  commit(sha: string): string;
  /** For `#12` or `owner/name#12`. */
  issue(reference: string): string;
  compare(from: string, to: string): string;
  tag(tag: string): string;
}

/** Pages of a remote; null when it is a folder or no address that a browser could open. */
export function linksOf(remoteUrl: string | null): Links | null {
  const place = remoteUrl === null ? null : placeOf(remoteUrl.trim());
  if (place === null) return null;
  const { host, project } = place;
  const home = `https://${host}/${project}`;
  const part = /(^|\.)gitlab\./.test(host) ? '/-' : '';
  return {
    home,
    host,
    project,
    commit: (sha) => `${home}${part}/commit/${sha}`,
    issue(reference) {
      const [owner = '', number = ''] = reference.split('#');
      return `https://${host}/${owner === '' ? project : owner}${part}/issues/${number}`;
    },
    compare: (from, to) => `${home}${part}/compare/${encodeURI(from)}...${encodeURI(to)}`,
    tag: (tag) => (part === '' ? `${home}/releases/tag/${encodeURI(tag)}` : `${home}/-/tags/${encodeURI(tag)}`),
  };
}

function placeOf(url: string): { readonly host: string; readonly project: string } | null {
  const scp = /^(?:[\w.-]+@)?([\w.-]+\.[\w-]+|localhost):(?!\/\/)([^:]+)$/.exec(url);
  const address = /^(?:https?|ssh|git):\/\/(?:[^@/]+@)?([^/:]+(?::\d+)?)\/(.+)$/.exec(url);
  const host = scp?.[1] ?? (url.startsWith('http') ? address?.[1] : address?.[1]?.replace(/:\d+$/, ''));
  const project = (scp?.[2] ?? address?.[2])
    ?.replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/^\/+/, '');
  if (host === undefined || project === undefined || !/^[\w.~-]+(\/[\w.~-]+)+$/.test(project)) return null;
  return { host, project };
}
