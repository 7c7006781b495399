import type { z } from 'zod';
import { commands } from '../../src/entries/cli/table.ts';
import { results } from '../../src/entries/cli/results.ts';
import { cell, table } from './markdown.ts';

/** `docs/reference/results.md`. */
export function resultsPage(): string {
  const parts = commands.flatMap(({ name, summary }) => {
    const fields = Object.entries(results[name] ?? {});
    if (fields.length === 0) return [];
    const rows = fields.map(([field, schema]) => [`\`${field}\``, cell(textOf(schema))]);
    return [`## ${name}\n\n${summary}.\n\n${table(['field', 'what'], rows)}`];
  });
  return `# Results

Generated from the code: \`npm run generate\`. The JSON Schema of every document is [results.schema.json](results.schema.json).

With \`--json\` every command prints one document ([its form](exit-codes.md)). Its \`result\` holds the fields below; one is
absent where a run ended before it was known, or where another form of the command was asked for. Where a command failed,
\`error\` says why: \`message\`, \`hint\` with the next step, \`problems\` with their places, \`facts\`.

${parts.join('\n\n')}
`;
}

function textOf(schema: z.ZodType): string {
  const { innerType, entries = {} } = schema.def as {
    innerType?: z.ZodType;
    entries?: Readonly<Record<string, string>>;
  };
  const choices = Object.values(entries).map((value) => `\`${value}\``);
  return schema.description ?? (innerType === undefined ? choices.join(', ') : textOf(innerType));
}
