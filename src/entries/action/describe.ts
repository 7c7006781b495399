import { inputs, type InputSpec, outputs } from './table.ts';

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** The text of `action.yml`. */
export function actionManifest(): string {
  const specs: readonly InputSpec[] = inputs;
  const inputLines = specs.flatMap((input) => [
    `  ${input.name}:`,
    `    description: ${quoted(input.about)}`,
    `    required: ${input.kind === 'text' && input.isRequired === true}`,
    ...(input.kind === 'text' && input.default !== undefined ? [`    default: ${input.default}`] : []),
  ]);
  const outputLines = outputs.flatMap(({ name, about }) => [`  ${name}:`, `    description: ${quoted(about)}`]);
  return `# Generated from src/entries/action/table.ts: npm run generate
name: Fairway
description: From commit to production, and back by itself when something is wrong
author: The Fairway authors
branding:
  icon: navigation
  color: green
inputs:
${inputLines.join('\n')}
outputs:
${outputLines.join('\n')}
runs:
  using: node24
  main: dist/action.js
  post: dist/action.js
`;
}
