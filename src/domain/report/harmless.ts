/* oxlint-disable no-control-regex -- control characters are what this file is about */

/** Escape sequences of terminals: CSI, OSC and its relatives up to their end, and the short ones. */
const escapeSequence =
  // eslint-disable-next-line no-misleading-character-class
  /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]?|(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)?|\u001B[ -/]*[0-~]?/g;

/** Characters that reorder or hide what stands around them. */
const invisible = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\u2028\u2029\uFEFF\u{E0000}-\u{E007F}]/gu;

const control = /[\u0000-\u001F\u007F-\u009F]/g;

const longestLine = 8_192;

/**
 * Text from outside as one line that cannot steer a terminal or a CI runner.
 *
 * Colours go; line breaks become `⏎`; other control characters become `�`; characters that reorder text are
 * spelled out (`<U+202E>`); the start of a runner command (`##[`) is broken. At most 8,192 characters.
 */
export function harmless(text: string): string {
  const cut = text.length > longestLine ? `${text.slice(0, longestLine)}… (${text.length} characters)` : text;
  return cut
    .toWellFormed()
    .replace(escapeSequence, '')
    .replace(/\r\n|[\n\r]/g, '⏎')
    .replaceAll('\t', '  ')
    .replace(control, '\uFFFD')
    .replace(invisible, (c) => `<U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`)
    .replaceAll('##[', '## [');
}

/** The same for a text of several lines; blanks at the end of lines and of the text go. */
export function harmlessLines(text: string): readonly string[] {
  return text
    .trimEnd()
    .split(/\r\n|[\n\r]/)
    .map((line) => harmless(line).trimEnd());
}
