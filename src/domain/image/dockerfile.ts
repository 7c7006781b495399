export interface Instruction {
  /** Upper case: `FROM`, `RUN`. */
  readonly name: string;
  /** The rest of it, with continued lines put together. */
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** The instructions of a Dockerfile with the lines that they begin on; comments and empty lines are left out. */
export function instructionsOf(dockerfile: string): readonly Instruction[] {
  const lines = dockerfile.split(/\r?\n/);
  const escape = /^#\s*escape\s*=\s*(\S)/im.exec(directives(lines))?.[1] === '`' ? '`' : '\\';
  const found: Instruction[] = [];
  let begin: number | null = null;
  let whole: string[] = [];
  let ends: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (ends.length > 0) {
      if (line.replace(/^\t+/, '').trim() === ends[0]) ends.shift();
      continue;
    }
    if (/^\s*#/.test(line) || (line.trim() === '' && begin === null)) continue;
    const isContinued = line.trimEnd().endsWith(escape);
    const own = isContinued ? line.trimEnd().slice(0, -1) : line;
    begin ??= index + 1;
    whole.push(own.trim());
    if (isContinued) continue;
    const [, name = '', text = ''] = /^(\S+)\s*([^]*)$/.exec(whole.join(' ')) ?? [];
    found.push({ name: name.toUpperCase(), text, line: begin });
    ends = /^(RUN|COPY|ADD)$/i.test(name) ? hereDocuments(text) : [];
    [begin, whole] = [null, []];
  }
  return found;
}

const directives = (lines: readonly string[]): string =>
  lines
    .slice(
      0,
      Math.max(
        0,
        lines.findIndex((line) => !/^#\s*\w+\s*=/.test(line)),
      ),
    )
    .join('\n');

const hereDocuments = (text: string): string[] =>
  [...text.matchAll(/<<-?\s*(["']?)([A-Za-z_][A-Za-z0-9_]*)\1/g)].map(([, , end = '']) => end);

export interface Stage {
  /** As it stands there, with arguments that are known put in. */
  readonly base: string;
  readonly name: string | null;
  readonly from: Instruction;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile; `args` are those that the build is given. */
export function stagesOf(dockerfile: string, args: Readonly<Record<string, string>>): readonly Stage[] {
  const known: Record<string, string> = {};
  const stages: { base: string; name: string | null; from: Instruction; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(dockerfile)) {
    const { name, text } = instruction;
    if (name === 'ARG' && stages.length === 0) {
      const [, variable = '', value = ''] = /^(\w+)(?:=(.*))?$/.exec(text) ?? [];
      known[variable] = args[variable] ?? value.replace(/^(["'])(.*)\1$/, '$2');
    } else if (name === 'FROM') {
      const [base = '', as, alias] = text.replace(/^(--\S+\s+)+/, '').split(/\s+/);
      const own = as?.toUpperCase() === 'AS' ? (alias ?? null) : null;
      stages.push({ base: withValues(base, known), name: own, from: instruction, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push(instruction);
    }
  }
  return stages;
}

const withValues = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replaceAll(/\$\{?(\w+)(?::?-([^}]*))?\}?/g, (_whole, name: string, fallback: string | undefined) => {
    const value = values[name];
    return value === undefined || value === '' ? (fallback ?? '') : value;
  });

/** The stage that becomes the image and those that it stands on, itself first; empty when there is no such stage. */
export function chainOf(stages: readonly Stage[], target: string | null): readonly Stage[] {
  const chain: Stage[] = [];
  const named = (name: string): Stage | undefined =>
    stages.find((stage) => stage.name?.toLowerCase() === name.toLowerCase());
  let next = target === null ? stages.at(-1) : (named(target) ?? stages[Number(target)]);
  while (next !== undefined && !chain.includes(next)) {
    chain.push(next);
    next = named(next.base);
  }
  return chain;
}
