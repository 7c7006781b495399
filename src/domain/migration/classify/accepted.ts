import type { Finding } from './words.ts';

const mark = /--\s*fairway:\s*accept\s+([a-z][a-z-]*)[ \t]*(.*)$/gm;

/**
 * Findings that a person has looked at: `-- fairway: accept RULE why` right above the statement.
 *
 * An accepted danger is still worth a look in review, so it never becomes safe; what needed a look becomes a note.
 */
export function withAcceptance(findings: readonly Finding[], comments: string): readonly Finding[] {
  if (findings.length === 0 || !comments.includes('fairway')) return findings;
  const accepted = new Map([...comments.matchAll(mark)].map(([, rule = '', why = '']) => [rule, why.trim()]));
  return findings.map((finding) => {
    const why = accepted.get(finding.rule);
    if (why === undefined) return finding;
    const reason = `${finding.reason} Accepted: ${why === '' ? 'without a reason' : why}.`.replace(/\.\.$/, '.');
    return { ...finding, class: finding.class === 'dangerous' ? 'review' : 'safe', reason };
  });
}
