const dayMs = 86_400_000;

export interface CertificateFacts {
  readonly issuer: string;
  readonly names: readonly string[];
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly distrust: string | null;
}

export interface CertificateRules {
  readonly name: string;
  readonly minDays: number;
  readonly isChainJudged: boolean;
}

/** The first thing wrong with a certificate, as a sentence; null when all is well. */
export function certificateFault(facts: CertificateFacts, rules: CertificateRules, now: Date): string | null {
  const { names, validFrom, validTo, distrust, issuer } = facts;
  const days = Math.floor((validTo.getTime() - now.getTime()) / dayMs);
  if (days < 0) return `expired ${-days} days ago (${dateOf(validTo)})`;
  if (validFrom.getTime() > now.getTime()) return `is valid only from ${dateOf(validFrom)} on`;
  if (!names.some((name) => isFor(name, rules.name))) {
    return `is for ${names.length === 0 ? 'no name' : names.join(', ')}, not for ${rules.name}`;
  }
  if (rules.isChainJudged && distrust !== null) return `is not trusted: ${distrust} (issued by ${issuer})`;
  return days < rules.minDays
    ? `expires in ${days} days (${dateOf(validTo)}), expected at least ${rules.minDays}`
    : null;
}

/** RFC 6125: a star stands for one whole label, the leftmost. */
function isFor(pattern: string, name: string): boolean {
  const [wanted, own] = [name.toLowerCase(), pattern.toLowerCase()];
  if (!own.startsWith('*.')) return own === wanted;
  const dot = wanted.indexOf('.');
  return dot > 0 && wanted.slice(dot) === own.slice(1);
}

function dateOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}
