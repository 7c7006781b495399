/** The text of one direction of a migration, and where it stands, so that a failure can be found. */
export interface Script {
  /** As it is shown to people: relative to the project. */
  readonly path: string;
  readonly text: string;
  /** Line of the file on which `text` begins, from 1: a section of a file begins further down. */
  readonly firstLine: number;
  /** The file asks for no transaction around it. */
  readonly noTransaction: boolean;
  /** It is no SQL: the text is that of a program, which sends what it likes. */
  readonly isProgram?: true;
}

/** One statement of a script. */
export interface Statement {
  /** Without the `;` and without blanks or comments around it. */
  readonly text: string;
  /** Offset in the script's text, in UTF-16 units. */
  readonly start: number;
  /** Leading words in upper case, comments left out: `CREATE INDEX CONCURRENTLY`. */
  readonly words: readonly string[];
}

/** A place in a script that cannot be run. */
export interface SplitProblem {
  readonly offset: number;
  readonly message: string;
}

export interface Split {
  readonly statements: readonly Statement[];
  readonly problems: readonly SplitProblem[];
}

export interface Place {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

/** Where an offset of a script stands in its file; line and column from 1. */
export function placeOf(script: Script, offset: number): Place {
  const before = script.text.slice(0, offset);
  const line = before.split('\n').length - 1;
  const column = offset - (before.lastIndexOf('\n') + 1) + 1;
  return { path: script.path, line: script.firstLine + line, column };
}

/** `migrations/0002_orders.sql:3:12`, as editors and terminals open it. */
export function showPlace(place: Place): string {
  return `${place.path}:${place.line}:${place.column}`;
}
