/**
 * A line that GitHub's runner cannot read as a command: it takes `::name ...::` behind any white space at the
 * beginning of a line, and `##[name ...]` anywhere in it.
 */
export function runnerSafe(line: string): string {
  return line.replaceAll('##[', '## [').replace(/^([\s\u0085\u180E\u200B\uFEFF]*)::/u, '$1: :');
}
