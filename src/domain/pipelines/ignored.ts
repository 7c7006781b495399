/**
 * The patterns of an ignore file of Docker, as what is sent to an engine takes them.
 *
 * The Dockerfile is always sent: the engine could not build without it.
 */
export function ignoredPatterns(text: string, dockerfile: string): readonly string[] {
  const patterns = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(withoutRoot);
  return patterns.length === 0 ? [] : [...patterns, `!${dockerfile}`];
}

/** `/logs` means the same as `logs`: both begin at the folder that is built. */
function withoutRoot(pattern: string): string {
  return pattern.replace(/^(!?)\/+/, '$1').replace(/\/+$/, '');
}
