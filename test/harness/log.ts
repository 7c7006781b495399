/** What GitHub's runner reads out of the log of a step. */
export interface LogCommand {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** Commands that the runner knows; any other is printed as it stands. */
const known = [
  'set-output',
  'save-state',
  'set-env',
  'add-path',
  'add-mask',
  'add-matcher',
  'remove-matcher',
  'debug',
  'notice',
  'warning',
  'error',
  'group',
  'endgroup',
  'echo',
  'stop-commands',
  'internal-set-repo-path',
];

/** Lines as the runner splits a stream. */
export const linesOf = (text: string): readonly string[] => text.replace(/(\r\n|\r|\n)$/, '').split(/\r\n|\r|\n/);

/**
 * Read the lines of a step as the runner does (`ActionCommand.TryParseV2` and `TryParse` of actions/runner):
 * `::name k=v::message` behind any white space, `##[name k=v;]message` anywhere in a line; after `stop-commands`
 * nothing but the token counts.
 */
export function readLog(lines: readonly string[]): {
  readonly commands: readonly LogCommand[];
  readonly text: readonly string[];
} {
  const commands: LogCommand[] = [];
  const text: string[] = [];
  let stopToken: string | null = null;
  for (const line of lines) {
    const command = parseCommand(line, stopToken === null ? known : [stopToken]);
    if (command === null) text.push(line);
    else if (stopToken !== null) stopToken = null;
    else if (command.name === 'stop-commands') stopToken = command.message;
    else commands.push(command);
  }
  return { commands, text };
}

function parseCommand(line: string, names: readonly string[]): LogCommand | null {
  return parseNew(line, names) ?? parseOld(line, names);
}

function parseNew(line: string, names: readonly string[]): LogCommand | null {
  const message = line.replace(/^[\s\u0085]+/u, '');
  if (!message.startsWith('::')) return null;
  const end = message.indexOf('::', 2);
  if (end < 0) return null;
  return found(message.slice(2, end), ',', message.slice(end + 2), names);
}

function parseOld(line: string, names: readonly string[]): LogCommand | null {
  const begin = line.indexOf('##[');
  if (begin < 0) return null;
  const end = line.indexOf(']', begin);
  if (end < 0) return null;
  return found(line.slice(begin + 3, end), ';', line.slice(end + 1), names);
}

function found(head: string, separator: string, message: string, names: readonly string[]): LogCommand | null {
  const space = head.indexOf(' ');
  const name = space < 0 ? head : head.slice(0, space);
  if (!names.some((one) => one.toLowerCase() === name.toLowerCase())) return null;
  const pairs =
    space < 0
      ? []
      : head
          .slice(space + 1)
          .trim()
          .split(separator);
  const properties = pairs.flatMap((pair) => {
    const at = pair.indexOf('=');
    return at < 0 ? [] : [[pair.slice(0, at).trim(), unescaped(pair.slice(at + 1))] as const];
  });
  return { name: name.toLowerCase(), properties: Object.fromEntries(properties), message: unescaped(message) };
}

const unescaped = (text: string): string =>
  text
    .replaceAll('%0D', '\r')
    .replaceAll('%0A', '\n')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%3B', ';')
    .replaceAll('%5D', ']')
    .replaceAll('%25', '%');

/**
 * Read `name=value` and `name<<DELIMITER` of a file command (`FileCommandManager` of actions/runner).
 *
 * Throws for what the runner refuses.
 */
export function readFileCommands(content: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  const lines = content.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      values[line.slice(0, equals)] = line.slice(equals + 1);
    } else if (heredoc >= 0) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.indexOf(delimiter, index + 1);
      if (delimiter === '' || end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      values[line.slice(0, heredoc)] = lines.slice(index + 1, end).join('\n');
      index = end;
    } else throw new Error(`Invalid format '${line}'`);
  }
  return values;
}
