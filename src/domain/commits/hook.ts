/** A message as git will keep it: without comment lines and all below the scissors, as a commit-msg hook sees them. */
export function withoutComments(text: string, commentChar: string | null): string {
  const mark = commentChar === null || commentChar === 'auto' ? '#' : commentChar;
  const lines = text.split('\n');
  const scissors = lines.findIndex((line) => line.startsWith(mark) && /-{4,} >8 -{4,}/.test(line));
  const kept = scissors === -1 ? lines : lines.slice(0, scissors);
  return kept.filter((line) => !line.startsWith(mark)).join('\n');
}
