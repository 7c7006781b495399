export const securityRules = [
  'strict-transport-security',
  'content-security-policy',
  'x-content-type-options',
  'frame-protection',
  'referrer-policy',
  'no-software-names',
] as const;

export type SecurityRule = (typeof securityRules)[number];

type Headers = Readonly<Record<string, string>>;

const halfAYear = 15_552_000;

/** What each rule finds missing; null when it is content. */
const faults: Readonly<Record<SecurityRule, (headers: Headers) => string | null>> = {
  'strict-transport-security': (headers) => {
    const value = headers['strict-transport-security'];
    if (value === undefined) return 'strict-transport-security is missing';
    const seconds = Number(/max-age="?(\d+)/i.exec(value)?.[1] ?? 0);
    return seconds >= halfAYear ? null : `strict-transport-security lasts ${seconds} s, expected at least ${halfAYear}`;
  },
  'content-security-policy': (headers) =>
    headers['content-security-policy'] === undefined ? 'content-security-policy is missing' : null,
  'x-content-type-options': (headers) =>
    headers['x-content-type-options']?.trim().toLowerCase() === 'nosniff'
      ? null
      : 'x-content-type-options is not "nosniff"',
  'frame-protection': (headers) => {
    const byPolicy = /frame-ancestors/i.test(headers['content-security-policy'] ?? '');
    const byHeader = /^(deny|sameorigin)$/i.test(headers['x-frame-options']?.trim() ?? '');
    return byPolicy || byHeader ? null : 'neither x-frame-options nor frame-ancestors keeps the page out of frames';
  },
  'referrer-policy': (headers) => {
    const value = headers['referrer-policy'];
    if (value === undefined) return 'referrer-policy is missing';
    return /unsafe-url/i.test(value) ? 'referrer-policy is "unsafe-url"' : null;
  },
  'no-software-names': (headers) => {
    if (headers['x-powered-by'] !== undefined) return `x-powered-by names the software (${headers['x-powered-by']})`;
    return /\/\d/.test(headers['server'] ?? '') ? `server names a version (${headers['server']})` : null;
  },
};

/** All that an answer lacks, one sentence each. */
export function securityFaults(rules: readonly SecurityRule[], headers: Headers): readonly string[] {
  return rules.flatMap((rule) => faults[rule](headers) ?? []);
}
