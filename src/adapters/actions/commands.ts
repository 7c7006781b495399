/** Commands to GitHub's runner as it reads them from the log: `::name key=value::message`. */

export type Properties = Readonly<Record<string, string | number | null>>;

const message = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** One line, whatever stands in its values; properties that are null are left out. */
export function runnerCommand(name: string, properties: Properties, text: string): string {
  const given = Object.entries(properties).flatMap(([key, value]) =>
    value === null ? [] : [`${key}=${property(String(value))}`],
  );
  return `::${name}${given.length === 0 ? '' : ` ${given.join(',')}`}::${message(text)}`;
}
