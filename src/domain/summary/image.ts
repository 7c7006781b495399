import type { PolicyFinding } from '../image/policy.ts';
import { sizeLine, type SizeReport } from '../image/size.ts';
import { count, formatBytes } from '../report/quantities.ts';
import type { Annotation } from './annotations.ts';
import { escapeMarkdown, inlineCode, table } from './markdown.ts';

export interface ImageFacts {
  readonly size: SizeReport;
  readonly policy: readonly PolicyFinding[];
}

const mostRows = 30;
const stepCharacters = 80;

/** The part of a final document, when it has one. */
export function imageFacts(image: unknown): ImageFacts | null {
  const { size, policy } = Object(image) as Partial<ImageFacts>;
  if (size === undefined || !Array.isArray(size.layers) || !Array.isArray(policy)) return null;
  return { size, policy };
}

/** Size against the last release, layer by layer, and the rules that the image breaks. */
export function imageSection(image: ImageFacts | null): string {
  if (image === null) return '';
  const { size, policy } = image;
  const changed = size.layers.filter(({ isSame }) => !isSame).slice(0, mostRows);
  const rows = changed.map(({ step, sizeBytes, beforeBytes }) => [
    inlineCode(step.slice(0, stepCharacters)),
    formatBytes(sizeBytes),
    beforeBytes === null ? 'new' : formatBytes(beforeBytes),
  ]);
  const same = size.layers.length - size.layers.filter(({ isSame }) => !isSame).length;
  return [
    `### Image: ${sizeLine(size)}`,
    size.exceeded === null ? '' : `**Too large:** ${escapeMarkdown(size.exceeded)}`,
    rows.length === 0 ? '' : table(['Layer', 'Size', 'Last release'], rows),
    same === 0 ? '' : `*${count(same, 'layer')} as before.*`,
    policy.map((one) => `- ${where(one)}${escapeMarkdown(one.message)}`).join('\n'),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A remark beside each line of the Dockerfile that breaks a rule. */
export function imageAnnotations(image: ImageFacts | null): readonly Annotation[] {
  return (image?.policy ?? []).map(({ severity, file, line, message, mend }) => ({
    level: severity === 'gate' ? 'error' : 'warning',
    title: 'Image',
    message: `${message}\nnext: ${mend}`,
    file,
    line,
    column: null,
  }));
}

const where = ({ file, line }: PolicyFinding): string =>
  file === null ? '' : `${inlineCode(`${file}${line === null ? '' : `:${line}`}`)} `;
