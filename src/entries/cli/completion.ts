import type { CommandSpec } from './command-spec.ts';
import { type FlagSpec, globalFlags } from './flags.ts';
import { commands } from './table.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/** A script that completes commands, flags and their choices; made from the table, so it knows nothing else. */
export function completionScript(shell: Shell): string {
  return { bash, zsh, fish }[shell]();
}

const choicesOf = (flag: FlagSpec): readonly string[] => (flag.kind === 'text' ? (flag.choices ?? []) : []);

const words = (flags: readonly FlagSpec[]): string => flags.map(({ name }) => `--${name}`).join(' ');

/** The verbs of a command, as its first operand names them: `[plan|verify]`. */
const verbsOf = ({ operands }: CommandSpec): readonly string[] => {
  const [first = ''] = operands;
  if (first === 'SHELL') return shells;
  return /^\[?([a-z]+(?:\|[a-z]+)*)\]?$/.exec(first)?.[1]?.split('|') ?? [];
};

/** Flags whose value is a path. */
const pathFlags = (): readonly string[] => [
  ...new Set(
    everyFlag()
      .filter((flag) => flag.kind === 'text' && /^(FILE|DIR)$/.test(flag.value))
      .map((flag) => `--${flag.name}`),
  ),
];

const everyFlag = (): readonly FlagSpec[] => [...globalFlags, ...commands.flatMap(({ flags }) => flags)];

/** One line per flag with choices; the same flag of two commands has the choices of both. */
function choiceLines(line: (flag: string, choices: string) => string): readonly string[] {
  const all = new Map<string, Set<string>>();
  for (const flag of everyFlag()) {
    if (choicesOf(flag).length > 0) all.set(flag.name, new Set([...(all.get(flag.name) ?? []), ...choicesOf(flag)]));
  }
  return [...all].map(([name, choices]) => line(name, [...choices].join(' ')));
}

function bash(): string {
  return `# fairway completion bash > /etc/bash_completion.d/fairway
_fairway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$before" in
${choiceLines((flag, choices) => `    --${flag}) COMPREPLY=($(compgen -W '${choices}' -- "$current")); return ;;`).join('\n')}
    ${[...pathFlags(), '-C'].join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$command" in
    '') COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')} help ${words(globalFlags)}' -- "$current")) ;;
    help) COMPREPLY=($(compgen -W '${commands.map(({ name }) => name).join(' ')}' -- "$current")) ;;
${commands.map((spec) => `    ${spec.name}) COMPREPLY=($(compgen -W '${[...verbsOf(spec), words([...spec.flags, ...globalFlags])].join(' ')}' -- "$current")) ;;`).join('\n')}
  esac
}
complete -o default -F _fairway fairway
`;
}

/** zsh understands what is written for bash. */
function zsh(): string {
  return `# fairway completion zsh > ~/.zsh/fairway.zsh, and source it from ~/.zshrc
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bash()}`;
}

function fish(): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const line = (condition: string, flag: FlagSpec): string => {
    const takes = flag.kind === 'switch' ? '' : ' -r';
    const choices = choicesOf(flag).length === 0 ? '' : ` -f -a ${quoted(choicesOf(flag).join(' '))}`;
    const short = flag.short === undefined ? '' : ` -s ${flag.short}`;
    return `complete -c fairway${condition} -l ${flag.name}${short}${takes}${choices} -d ${quoted(flag.about)}`;
  };
  return [
    '# fairway completion fish > ~/.config/fish/completions/fairway.fish',
    ...commands.map(
      ({ name, summary }) => `complete -c fairway -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
    ),
    ...globalFlags.map((flag) => line('', flag)),
    ...commands.flatMap((spec) =>
      verbsOf(spec).map(
        (verb) => `complete -c fairway -n ${quoted(`__fish_seen_subcommand_from ${spec.name}`)} -f -a ${verb}`,
      ),
    ),
    ...commands.flatMap(({ name, flags }) =>
      flags.map((flag) => line(` -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`, flag)),
    ),
    '',
  ].join('\n');
}
