import"./chunk-rolldown-runtime.js";import{t as ConfigError}from"./chunk-errors.js";import{n as commands,r as globalFlags}from"./chunk-table.js";const shells=[`bash`,`zsh`,`fish`];function completionScript(shell){return{bash,zsh,fish}[shell]()}const choicesOf=flag=>flag.kind===`text`?flag.choices??[]:[],words=flags=>flags.map(({name})=>`--${name}`).join(` `),verbsOf=({operands})=>{let[first=``]=operands;return first===`SHELL`?shells:/^\[?([a-z]+(?:\|[a-z]+)*)\]?$/.exec(first)?.[1]?.split(`|`)??[]},pathFlags=()=>[...new Set(everyFlag().filter(flag=>flag.kind===`text`&&/^(FILE|DIR)$/.test(flag.value)).map(flag=>`--${flag.name}`))],everyFlag=()=>[...globalFlags,...commands.flatMap(({flags})=>flags)];function choiceLines(line){let all=new Map;for(let flag of everyFlag())choicesOf(flag).length>0&&all.set(flag.name,new Set([...all.get(flag.name)??[],...choicesOf(flag)]));return[...all].map(([name,choices])=>line(name,[...choices].join(` `)))}function bash(){return`# fairway completion bash > /etc/bash_completion.d/fairway
_fairway() {
  local current="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" command='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$before" in
${choiceLines((flag,choices)=>`    --${flag}) COMPREPLY=($(compgen -W '${choices}' -- "$current")); return ;;`).join(`
`)}
    ${[...pathFlags(),`-C`].join(`|`)}) COMPREPLY=($(compgen -f -- "$current")); return ;;
  esac
  case "$command" in
    '') COMPREPLY=($(compgen -W '${commands.map(({name})=>name).join(` `)} help ${words(globalFlags)}' -- "$current")) ;;
    help) COMPREPLY=($(compgen -W '${commands.map(({name})=>name).join(` `)}' -- "$current")) ;;
${commands.map(spec=>`    ${spec.name}) COMPREPLY=($(compgen -W '${[...verbsOf(spec),words([...spec.flags,...globalFlags])].join(` `)}' -- "$current")) ;;`).join(`
`)}
  esac
}
complete -o default -F _fairway fairway
`}function zsh(){return`# fairway completion zsh > ~/.zsh/fairway.zsh, and source it from ~/.zshrc
autoload -U +X compinit && compinit
autoload -U +X bashcompinit && bashcompinit
${bash()}`}function fish(){let quoted=text=>`'${text.replaceAll(`\\`,`\\\\`).replaceAll(`'`,`\\'`)}'`,line=(condition,flag)=>{let takes=flag.kind===`switch`?``:` -r`,choices=choicesOf(flag).length===0?``:` -f -a ${quoted(choicesOf(flag).join(` `))}`,short=flag.short===void 0?``:` -s ${flag.short}`;return`complete -c fairway${condition} -l ${flag.name}${short}${takes}${choices} -d ${quoted(flag.about)}`};return[`# fairway completion fish > ~/.config/fish/completions/fairway.fish`,...commands.map(({name,summary})=>`complete -c fairway -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`),...globalFlags.map(flag=>line(``,flag)),...commands.flatMap(spec=>verbsOf(spec).map(verb=>`complete -c fairway -n ${quoted(`__fish_seen_subcommand_from ${spec.name}`)} -f -a ${verb}`)),...commands.flatMap(({name,flags})=>flags.map(flag=>line(` -n ${quoted(`__fish_seen_subcommand_from ${name}`)}`,flag))),``].join(`
`)}const run=context=>{let[asked]=context.positionals,shell=shells.find(one=>one===asked);if(shell===void 0)throw new ConfigError(`COMMAND_LINE_INVALID`,`There is no completion for ${JSON.stringify(asked??``)}.`,{hint:`Choose one of ${shells.join(`, `)}.`,problems:[{path:`SHELL`,message:`expected one of ${shells.join(`, `)}`,choices:shells}]});let script=completionScript(shell);return Promise.resolve({outcome:`ok`,code:`COMPLETION`,result:{shell,script},summary:script.trimEnd().split(`
`)})};export{run};