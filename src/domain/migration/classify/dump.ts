/**
 * A schema dump without what only psql understands: `\connect` and its like, and the rows below COPY ... FROM stdin.
 *
 * Line numbers stay as they were.
 */
export function withoutPsql(text: string): { readonly sql: string; readonly rowsLeftOut: boolean } {
  let inRows = false;
  let rowsLeftOut = false;
  const lines = text.split('\n').map((line) => {
    if (inRows) {
      if (/^\\\.\s*$/.test(line)) inRows = false;
      else rowsLeftOut = true;
      return '';
    }
    if (/^COPY\s.+\sFROM\s+stdin\b.*;\s*$/i.test(line)) {
      inRows = true;
      return '';
    }
    return line.startsWith('\\') ? '' : line;
  });
  return { sql: lines.join('\n'), rowsLeftOut };
}
