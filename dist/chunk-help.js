import{n as commands,r as globalFlags,t as commandGroups}from"./chunk-table.js";const nameWidth=Math.max(...commands.map(({name})=>name.length));function columns(rows,least=0){let width=Math.max(least,...rows.map(([left])=>left.length));return rows.map(([left,right])=>`  ${left.padEnd(width)}  ${right}`).join(`
`)}function flagRow(flag){let short=flag.short===void 0?`    `:`-${flag.short}, `,value=flag.kind===`switch`?``:` ${flag.value}`,choices=flag.kind===`text`&&flag.choices!==void 0?`: ${flag.choices.join(`, `)}`:``;return[`${short}--${flag.name}${value}`,`${flag.about}${choices}`]}function groupText({title,commands:inGroup}){return`${title}\n${columns(inGroup.map(({name,summary})=>[name,summary]),nameWidth)}`}function generalHelp(){return`fairway: from commit to production, and back by itself when something is wrong.

Usage: fairway <command> [flags]

${commandGroups.map(groupText).join(`

`)}

Flags of every command
${columns(globalFlags.map(flagRow))}

fairway help <command> shows its flags and examples.
`}function commandHelp(command){let usage=[`fairway`,command.name,...command.operands,`[flags]`].join(` `),flags=command.flags.length===0?``:`\nFlags\n${columns(command.flags.map(flagRow))}\n`;return`${command.summary}.

Usage: ${usage}

${command.about}
${flags}
Examples
${columns(command.examples.map(({line,does})=>[line,does]))}

Flags of every command
${columns(globalFlags.map(flagRow))}
`}export{generalHelp as n,commandHelp as t};