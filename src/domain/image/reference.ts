/** Where an image is in a registry. */
export interface Place {
  /** `registry.example:5000` */
  readonly host: string;
  /** http for this machine, https for all others. */
  readonly scheme: 'http' | 'https';
  /** The name below the host: `team/shop`. */
  readonly name: string;
}

const defaultHost = 'registry-1.docker.io';

/** Read `registry.example:5000/team/shop`; without a host it is a name of Docker's own registry. */
export function registryPlace(repository: string): Place {
  const [first = '', ...rest] = repository.split('/');
  const hasHost = rest.length > 0 && /[.:]|^localhost$/.test(first);
  const host = !hasHost || /^(index\.)?docker\.io$/.test(first) ? defaultHost : first;
  const name = hasHost ? rest.join('/') : repository;
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
  return {
    host,
    scheme: isHere ? 'http' : 'https',
    name: host === defaultHost && !name.includes('/') ? `library/${name}` : name,
  };
}

/** `repository@sha256:...` in its two parts; null for anything else. */
export function byDigest(image: string): { readonly repository: string; readonly digest: string } | null {
  const [, repository, digest] = /^([^@]+)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
  return repository === undefined || digest === undefined ? null : { repository, digest };
}

/** The tag under which registries without an API for it keep what is attached to an image. */
export const referrersTag = (digest: string): string => digest.replace(':', '-');

/** What a registry asks for: `Bearer realm="...",service="...",scope="..."`. */
export function challengeOf(header: string): {
  readonly scheme: string;
  readonly of: Readonly<Record<string, string>>;
} {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/.exec(header) ?? [];
  const fields = [...rest.matchAll(/(\w+)=(?:"([^"]*)"|([^,\s]*))/g)];
  return {
    scheme: scheme.toLowerCase(),
    of: Object.fromEntries(fields.map(([, name = '', quoted, plain]) => [name.toLowerCase(), quoted ?? plain ?? ''])),
  };
}

/** A version as a tag of an image: `+` is not allowed there. */
export const imageTag = (version: string): string => version.replaceAll('+', '_');
