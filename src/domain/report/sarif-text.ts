import { harmlessLines } from './harmless.ts';

/** Text from outside as a message of SARIF: brackets would begin a link, and nothing steers where it is shown. */
export const sarifText = (text: string): string =>
  harmlessLines(text)
    .join('\n')
    .replace(/[\\[\]]/g, String.raw`\$&`);

/** A path as a relative URI of SARIF, whatever stands in it. */
export const sarifPath = (path: string): string => path.toWellFormed().split('/').map(encodeURIComponent).join('/');
