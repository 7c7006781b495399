import type { YAMLParseError, YAMLWarning } from 'yaml';

const sentences: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab cannot indent in YAML; use blanks',
  MULTIPLE_DOCS: 'a second document begins here ("---"); only one is read',
  NON_STRING_KEY: 'a key must be a plain word',
  BLOCK_AS_IMPLICIT_KEY: 'a second ":" on the line; put quotes around a value that contains ": "',
  TAG_RESOLVE_FAILED: 'tags ("!...") are not read here',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
};

/** What is wrong, in a sentence; the parser's own where it is clear enough. */
export function sentenceOf(error: YAMLParseError | YAMLWarning): string {
  const own = sentences[error.code];
  if (own !== undefined) return own;
  return error.message
    .replace(/^./, (c) => c.toLowerCase())
    .replace(/ in "[^"]*"$/, '')
    .replace(/closing "quote/, 'closing "quote"')
    .replace(/^flow (?:sequence|map).* and end with a (.)$/, 'the closing "$1" is missing');
}
