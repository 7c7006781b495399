/** Two themes from one set of names; nothing is loaded. */
export const style = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c2430; --quiet: #5c6675; --rule: #d9dee6; --weight: #2f6fde; --good: #1d8a5a; --bad: #c9372c; --evidence: #8a5cd1; --warn: #a36a00; }
@media (prefers-color-scheme: dark) { :root { --paper: #14181f; --ink: #e4e8ee; --quiet: #98a3b3; --rule: #2d3542; --weight: #7aa7ff; --good: #4cc38a; --bad: #ff7b70; --evidence: #b794f4; --warn: #f0b54a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 56rem; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
p { margin: .25rem 0; white-space: pre-wrap; } .quiet { color: var(--quiet); }
.outcome { font-weight: 600; } .ok, .planned, .running { color: var(--good); } .refused, .rolled-back, .rollback-failed, .error { color: var(--bad); } .inconclusive, .locked, .interrupted { color: var(--warn); }
figure { margin: 1rem 0; } figcaption { font-weight: 600; } figcaption .quiet, .key { font-weight: 400; margin-left: .5rem; }
.key::before { content: ""; display: inline-block; width: .8rem; height: .2rem; margin-right: .3rem; vertical-align: middle; background: currentColor; }
svg { width: 100%; height: auto; display: block; } .grid { stroke: var(--rule); } .axis { fill: var(--quiet); font-size: 11px; font-family: system-ui, sans-serif; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .limit { stroke: var(--bad); stroke-dasharray: 4 4; }
.line.weight { stroke: var(--weight); } .line.good { stroke: var(--good); } .line.bad { stroke: var(--bad); } .line.evidence { stroke: var(--evidence); }
.key.weight { color: var(--weight); } .key.good { color: var(--good); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; } th { text-align: left; color: var(--quiet); font-weight: 400; } td, th { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
td:not(:last-child) { white-space: nowrap; } .bar svg { display: inline-block; width: 6rem; height: .5rem; margin-right: .5rem; } .bar rect { fill: var(--weight); }
summary { cursor: pointer; color: var(--quiet); margin: 1rem 0 .5rem; }
`;
